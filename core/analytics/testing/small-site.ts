/** A real analytics file with a few sessions that a test writes down by hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnalysisInput, analysisSchema } from '../../contract/analysis.ts';
import { type Definitions, noDefinitions } from '../../contract/definition.ts';
import { type Answer, type QueryInput, querySchema } from '../../contract/query.ts';
import type { ClosedSession, SessionHit } from '../../contract/session.ts';
import { technologyOf } from '../../hits/user-agent.ts';
import { openDuckDbAnalytics } from '../../stores/duckdb-analytics.ts';
import { runAnalysis } from '../run-analysis.ts';
import { runQuery } from '../run-query.ts';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0';

/** A hit: a path that is viewed, or more of it; `s` is how many seconds after the start. */
export type SmallHit = string | ({ s?: number } & Partial<SessionHit>);

export interface SmallSession extends Partial<Omit<ClosedSession, 'hits'>> {
  /** When it starts, as ISO time. */
  start: string;
  hits: readonly SmallHit[];
}

export interface SmallSite {
  query(query: QueryInput, definitions?: Partial<Definitions>): Promise<Answer>;
  analyze(analysis: AnalysisInput, definitions?: Partial<Definitions>): Promise<Answer>;
  sql(sql: string): Promise<unknown[][]>;
  close(): Promise<void>;
}

const hitEveryMs = 60_000;

/** @param timeZone of the dataset; a session without `visitor` is of one of its own, hits come a minute apart */
export async function openSmallSite(
  sessions: readonly SmallSession[],
  timeZone = 'UTC',
): Promise<SmallSite> {
  const folder = mkdtempSync(join(tmpdir(), 'canister-site-'));
  const store = await openDuckDbAnalytics(join(folder, 'analytics.duckdb'), timeZone);
  let ids = 0;
  const nextId = () => {
    ids += 1;
    return ids.toString(16).padStart(32, '0');
  };
  const whole = sessions.map(({ start, hits: given, ...more }): ClosedSession => {
    const startedAt = Date.parse(start);
    const userAgent = more.userAgent ?? firefox;
    const origin = more.origin ?? 'tracker';
    const hits = given.map((hit, index): SessionHit => {
      const { s, ...parts } = typeof hit === 'string' ? { path: hit } : hit;
      return {
        id: nextId(),
        at: startedAt + (s === undefined ? index * hitEveryMs : s * 1_000),
        type: 'page_view',
        origin,
        method: 'GET',
        host: 'shop.example',
        path: '/',
        status: 200,
        ...parts,
      };
    });
    const id = nextId();
    return {
      id,
      dataset: 'shop',
      visitor: `visitor of ${id}`,
      startedAt,
      endedAt: Math.max(startedAt, ...hits.map(({ at }) => at)),
      origin,
      userAgent,
      technology: technologyOf(userAgent),
      acquisition: {},
      endReason: 'idle',
      ...more,
      hits,
    };
  });
  const place = { day: '2026-11-21', offset: 0, length: 1 };
  await store.store(
    whole.map((session) => ({ session, firstSeq: 0, lastSeq: 0, place })),
    undefined,
  );
  return {
    query: (query, definitions) =>
      runQuery(store, querySchema.parse(query), timeZone, { ...noDefinitions, ...definitions }),
    analyze: (analysis, definitions) =>
      runAnalysis(store, analysisSchema.parse(analysis), timeZone, {
        ...noDefinitions,
        ...definitions,
      }),
    sql: async (sql) => (await store.query(sql, [])).rows,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
