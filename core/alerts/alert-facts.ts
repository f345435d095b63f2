/**
 * What alerts ask of the engine, as a port: how often something happened of late, in active and ended sessions alike,
 * and how often it happened in the past.
 */
import type { CountedSubject } from '../contract/alert.ts';
import type { Tally } from './tally.ts';

/** Something to count. Robots are left out unless `robots`. */
export interface Watched {
  subject: CountedSubject;
  robots: boolean;
}

export interface LiveRequest extends Watched {
  windowMs: number;
}

export interface SpanRequest extends Watched {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
}

/** What happened within one span of the past. */
export interface PastCell {
  at: number;
  tally: Tally;
}

export interface AlertFacts {
  /**
   * How often each happened in the window that ends at `throughMs`: up to there, every hit that was taken has been
   * read.
   */
  live(
    slug: string,
    requests: readonly LiveRequest[],
  ): Promise<{ throughMs: number; tallies: Tally[] }>;
  /** How often each happened in a span, by what is stored; `firstAt` is the time of the first hit that is stored. */
  past(
    slug: string,
    requests: readonly SpanRequest[],
  ): Promise<{ firstAt: number | undefined; tallies: Tally[] }>;
  /** The spans of `cellMs` of the past in which it happened, the oldest first. */
  cells(slug: string, request: SpanRequest, cellMs: number): Promise<PastCell[]>;
}
