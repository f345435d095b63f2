/**
 * Log lines → hits. A line's hit id is a fingerprint of the line and of its ordinal among identical lines, so that
 * the same log imported twice, overlapping, rotated or compressed, gives the same ids.
 */
import type { SessionHit, Technology } from '../contract/session.ts';
import { isAsset } from '../hits/asset-path.ts';
import { addressCutter, type CutAddress, keyedHash } from '../hits/client-address.ts';
import { type Enrichment, targetText, usualEnrichment, withChannel } from '../hits/enrichment.ts';
import { memo } from '../hits/memo.ts';
import { type HitContext, headOf, judge, type NormalizedHit } from '../hits/normalize-hit.ts';
import { type PageUrl, splitRequestTarget } from '../hits/page-url.ts';
import { type ReferrerFacts, referrerOf } from '../hits/referrer.ts';
import { sharedText } from '../hits/shared-text.ts';
import { shortHash } from '../hits/short-hash.ts';
import type { LogLine } from './formats/log-line.ts';
import { lineCounts } from './line-counts.ts';
import { clientAddress, type VisitorRules, visitorNames } from './log-visitors.ts';

const userAgentLengthMax = 512;
const referrerLengthMax = 2_048;
/** Identical lines further apart than this many different ones count as the same line. */
const distinctLinesMax = 200_000;
const visitorsMax = 20_000;
const referrersMax = 20_000;

/** Gives each line of one file its id. */
export function lineIds(): (line: string) => string {
  const countUp = lineCounts(distinctLinesMax);
  return (line) => {
    const fingerprint = shortHash(line);
    const seen = countUp(fingerprint);
    return seen === 0 ? fingerprint : shortHash(`${line}\n${seen}`);
  };
}

/** An address of a log, and who used it last. */
interface Client extends CutAddress {
  agent?: Agent;
}

interface Agent {
  userAgent: string;
  technology: Technology;
  /** Address and user agent: the name of a visitor that nothing else is known of. */
  name: string;
  visitor: string;
}

/** How lines become hits, as an import may ask. */
export interface LineRules extends VisitorRules {
  /** Whether the query is left out of what is stored; the campaign that it names stays. */
  stripQuery: boolean;
}

const plainRules: LineRules = {
  proxies: 0,
  referrerChain: false,
  idleTimeoutMs: 0,
  stripQuery: false,
};

/**
 * Makes the function that turns a parsed line into a hit. A visitor of a log is an address with a user agent, unless
 * the rules say more.
 * @param secret the dataset's address secret
 * @param ownHosts the dataset's hosts, whose pages are no referrers
 * @param enrichment the dataset's hit rules
 */
export function logNormalizer(
  secret: string,
  ownHosts: (host: string) => boolean,
  rules: LineRules = plainRules,
  enrichment: Enrichment = usualEnrichment,
): (line: LogLine, id: string) => NormalizedHit {
  const cut = addressCutter(secret);
  const nameOf = visitorNames(rules, ownHosts);
  const referrerFrom = memo((text: string) => referrerOf(text, ownHosts), referrersMax);
  const visitorOf = memo((name: string) => keyedHash(secret, name), visitorsMax);
  const clientOf = memo((text: string): Client => ({ ...cut(text) }), visitorsMax);

  /** What the line says of its client. A client mostly keeps its user agent, which is long to look up. */
  function agentOf(client: Client, text: string, line: LogLine): Agent {
    const userAgent = line.userAgent.slice(0, userAgentLengthMax);
    if (client.agent?.userAgent === userAgent) return client.agent;
    const technology = enrichment.technologyOf(userAgent);
    const name = `${text}\n${userAgent}`;
    client.agent = { userAgent, technology, name, visitor: visitorOf(name) };
    return client.agent;
  }

  /** A log of several hosts says which one was asked: its own pages are no referrers either. */
  function referrerIn(referrer: string | undefined, host: string | undefined): ReferrerFacts {
    const found = referrerFrom(referrer ?? '');
    return host !== undefined && found.referrerHost === host ? {} : found;
  }

  return (line, id) => {
    const clientText = clientAddress(line, rules.proxies);
    const client = clientOf(clientText);
    const agent = agentOf(client, clientText, line);
    const url = splitRequestTarget(line.target);
    const sent: Pick<PageUrl, 'path' | 'query'> = rules.stripQuery ? { path: url.path } : url;
    const target = enrichment.changeLogTarget?.(sent) ?? sent;
    const place = client.prefix === undefined ? undefined : enrichment.placeOf(client.prefix);
    const name = nameOf(line, agent.name);
    // What is kept of the line is few texts of its own: the line would stay with whatever is cut out of it.
    const referrer = line.referrer === undefined ? undefined : sharedText(line.referrer);
    const protocol = line.protocol === undefined ? undefined : sharedText(line.protocol);
    const { host } = line;
    const hit: SessionHit = {
      id,
      at: line.at,
      type: isPageView(line, sent.path) ? 'page_view' : 'request',
      origin: 'log',
      method: sharedText(line.method),
      host: host === undefined ? url.host : sharedText(host),
      path: target.path,
      query: target.query,
      protocol,
      status: line.status,
      responseBytes: line.responseBytes,
      durationMs: line.durationMs,
      referrer: referrer?.slice(0, referrerLengthMax),
      title: undefined,
      name: undefined,
      properties: undefined,
      steps: undefined,
      number: undefined,
      closeSession: undefined,
      targetBefore: target === sent ? undefined : targetText(sent),
    };
    const context: HitContext = {
      visitor: name === agent.name ? agent.visitor : visitorOf(name),
      userId: line.user,
      userAgent: agent.userAgent,
      addressPrefix: client.prefix,
      addressKey: client.key,
      country: place?.country,
      region: place?.region,
      city: place?.city,
      language: undefined,
      screenWidth: undefined,
      technology: agent.technology,
      acquisition() {
        const acquisition = { ...referrerIn(referrer, host), ...url.campaign };
        return withChannel(enrichment, { ...headOf(context, 'log'), acquisition }, hit);
      },
      campaign: url.campaign,
    };
    const { excludedBy, rulesVersion } = judge(enrichment, context, hit);
    return { hit, context, excludedBy, rulesVersion };
  };
}

/** A page view in a log: a successful GET of something that is a page. */
function isPageView({ method, status }: LogLine, path: string): boolean {
  const isShown = (status >= 200 && status < 300) || status === 304;
  return method === 'GET' && isShown && !isAsset(path);
}
