/** How long the server keeps what is about no dataset: the audit trail, and what became of messages. */
import { z } from 'zod';

/** Longer than a message is tried, so that nothing goes that still may be sent. */
const deliveriesDaysMin = 5;

export const serverRetentionSchema = z.object({
  /** Absent: for good. */
  keepAuditDays: z.int().min(30).max(36_500).optional(),
  /** Notices, digests and other mails, once they were sent or given up. */
  keepDeliveriesDays: z.int().min(deliveriesDaysMin).max(3_650).default(30),
});

/** Rules that are given are set, `null` takes one back to what it is without a word, others stay. */
export const serverRetentionInputSchema = z.strictObject({
  keepAuditDays: serverRetentionSchema.shape.keepAuditDays.nullable(),
  keepDeliveriesDays: z.int().min(deliveriesDaysMin).max(3_650).nullable().optional(),
});

export type ServerRetention = z.output<typeof serverRetentionSchema>;
export type ServerRetentionInput = z.output<typeof serverRetentionInputSchema>;
