/** The SQL that brings libSQL files up to date, in order, as `npm run migrations` wrote it from the Drizzle schemas. */
import control0 from './control/0000_control.sql?raw';
import control1 from './control/0001_positions.sql?raw';
import control2 from './control/0002_events.sql?raw';
import control3 from './control/0003_report_definitions.sql?raw';
import control4 from './control/0004_alerts.sql?raw';
import control5 from './control/0005_saved_searches.sql?raw';
import control6 from './control/0006_subscriptions.sql?raw';
import control7 from './control/0007_access.sql?raw';
import control8 from './control/0008_saved_queries.sql?raw';
import control9 from './control/0009_erasures.sql?raw';
import control10 from './control/0010_sources.sql?raw';
import control11 from './control/0011_shared_links.sql?raw';
import control12 from './control/0012_server_retention.sql?raw';
import hits0 from './hits/0000_hits.sql?raw';
import hits1 from './hits/0001_events.sql?raw';
import hits2 from './hits/0002_masking.sql?raw';
import hits3 from './hits/0003_order_of_ids.sql?raw';
import hits4 from './hits/0004_totals.sql?raw';

export const hitsMigrations: readonly string[] = [hits0, hits1, hits2, hits3, hits4];
export const controlMigrations: readonly string[] = [
  control0,
  control1,
  control2,
  control3,
  control4,
  control5,
  control6,
  control7,
  control8,
  control9,
  control10,
  control11,
  control12,
];
