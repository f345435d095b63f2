/** Export and erasure of one visitor: whom it is about, and what an erasure reports when it has ended. */
import { z } from 'zod';
import { hitLimits } from './hit.ts';

/** One of both: the visitor key as sessions show it, or the id that the site gave for a signed-in user. */
export const visitorChoiceSchema = z
  .object({
    visitor: z.string().min(1).max(hitLimits.visitorLengthMax).optional(),
    user: z.string().min(1).max(hitLimits.userIdLengthMax).optional(),
  })
  .refine(({ visitor, user }) => (visitor === undefined) !== (user === undefined), {
    error: 'name either a visitor or a user',
  });

/** What is kept of a visitor now. */
export const visitorFiguresSchema = z.object({
  /** Ended sessions, and their hits. */
  sessions: z.int(),
  hits: z.int(),
  activeSessions: z.int(),
});

/** What of the visitor was looked for in the proof. */
export const traceKinds = ['visitor_key', 'session_id', 'hit_id', 'value'] as const;
export type TraceKind = (typeof traceKinds)[number];

/** Everything is counted once the erasure has come through; figures of a try that was killed are not in it. */
export const erasureReportSchema = z.object({
  sessions: z.int(),
  /** Hits that lay in the inbox, of active sessions or not read yet: they count as excluded. */
  inboxHits: z.int(),
  setAsideHits: z.int(),
  /** Segments that were written anew, under a new key. */
  segments: z.int(),
  /** Messages that waited to be sent and named what is gone. */
  messages: z.int(),
  /** Files that had been made for download; reports of earlier versions do not know. */
  exports: z.int().default(0),
  proof: z.object({
    /** How many different values were looked for, in how many files and bytes, and in how many opened records. */
    values: z.int(),
    files: z.int(),
    bytes: z.int(),
    records: z.int(),
    /** Where something is left; empty when nothing is. */
    found: z.array(z.object({ place: z.string(), kind: z.enum(traceKinds) })),
  }),
});

export const erasureStates = ['running', 'done', 'failed'] as const;

export const erasureSchema = z.object({
  number: z.int(),
  state: z.enum(erasureStates),
  requestedAt: z.int(),
  changedAt: z.int(),
  report: erasureReportSchema.optional(),
  /** Why it failed. The next start tries it again. */
  reason: z.string().optional(),
});

export const erasureListSchema = z.object({ erasures: z.array(erasureSchema) });

export type VisitorChoice = z.infer<typeof visitorChoiceSchema>;
export type VisitorFigures = z.infer<typeof visitorFiguresSchema>;
export type ErasureReport = z.infer<typeof erasureReportSchema>;
export type Erasure = z.infer<typeof erasureSchema>;
