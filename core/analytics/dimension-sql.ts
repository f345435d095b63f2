/** The SQL meaning of each dimension, once for session rows (`s`) and once for hit rows (`h`). */
import type { DimensionName } from '../contract/dimension.ts';

/** `$zone` stands for the bound time zone. A dimension without a form for one home cannot be asked there. */
export interface DimensionSql {
  session?: string;
  hit?: string;
}

const ofSession = (column: string): DimensionSql => ({
  session: `s.${column}`,
  hit: `s.${column}`,
});

export const dimensionSql = {
  day: {
    session: "strftime(timezone($zone, s.started_at), '%Y-%m-%d')",
    hit: 'strftime(timezone($zone, h."at"), \'%Y-%m-%d\')',
  },
  path: { hit: 'h.path' },
  status: { hit: 'h.status' },
  entry_path: ofSession('entry_path'),
  exit_path: ofSession('exit_path'),
  referrer: ofSession('referrer_host'),
  source: ofSession('source'),
  campaign: ofSession('campaign'),
  browser: ofSession('browser'),
  system: ofSession('system'),
  device: ofSession('device'),
  robot: ofSession('robot'),
} as const satisfies Record<DimensionName, DimensionSql>;
