/** The catalog: every report that comes with Canister, by its name, in the order of the list. */
import { campaigns } from './campaigns.ts';
import { captureIntegrity } from './capture-integrity.ts';
import { channels } from './channels.ts';
import { content } from './content.ts';
import { downloads } from './downloads.ts';
import { engagement } from './engagement.ts';
import { errors } from './errors.ts';
import { events } from './events.ts';
import { funnel } from './funnel.ts';
import { geography } from './geography.ts';
import { goals } from './goals.ts';
import { languages } from './languages.ts';
import { navigation } from './navigation.ts';
import { newAndReturning } from './new-and-returning.ts';
import { outboundLinks } from './outbound-links.ts';
import { overview } from './overview.ts';
import { pageGroups } from './page-groups.ts';
import { pages } from './pages.ts';
import type { BuiltInReport } from './panels.ts';
import { paths } from './paths.ts';
import { poorCampaigns } from './poor-campaigns.ts';
import { referrers } from './referrers.ts';
import { requests } from './requests.ts';
import { retention } from './retention.ts';
import { robots } from './robots.ts';
import { scorecard } from './scorecard.ts';
import { searchTerms } from './search-terms.ts';
import { siteSearch } from './site-search.ts';
import { tagAndLog } from './tag-and-log.ts';
import { technology } from './technology.ts';
import { times } from './times.ts';
import { topMovers } from './top-movers.ts';
import { webVitals } from './web-vitals.ts';
import { whatsChanged } from './whats-changed.ts';

/** All built-in reports, group by group. */
export const builtInReports: readonly BuiltInReport[] = [
  overview,
  times,
  pages,
  pageGroups,
  paths,
  navigation,
  content,
  requests,
  downloads,
  outboundLinks,
  siteSearch,
  channels,
  referrers,
  searchTerms,
  campaigns,
  poorCampaigns,
  newAndReturning,
  engagement,
  retention,
  technology,
  geography,
  languages,
  goals,
  funnel,
  scorecard,
  events,
  whatsChanged,
  topMovers,
  robots,
  errors,
  webVitals,
  captureIntegrity,
  tagAndLog,
];

const byName: ReadonlyMap<string, BuiltInReport> = new Map(
  builtInReports.map((definition) => [definition.name, definition]),
);

/** The built-in report of a name, if there is one. */
export function findBuiltIn(name: string): BuiltInReport | undefined {
  return byName.get(name);
}
