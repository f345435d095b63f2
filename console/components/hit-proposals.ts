/** What an event made from a hit, or from a step taken on it, may begin with: conditions that hold for it. Pure. */
import { msg, str } from '@lit/localize';
import { conditionLimits, isPlainText } from '../../core/contract/condition.ts';
import { type EventTrigger, eventLimits } from '../../core/contract/event.ts';
import { readablePath } from '../../core/contract/readable-path.ts';
import type { SessionHit } from '../../core/contract/session.ts';
import type { Step } from '../../core/contract/step.ts';
import { quoted } from './condition-text.ts';

export interface HitProposal {
  /** What the event would mean, in words. */
  words: string;
  name: string;
  trigger: EventTrigger;
  condition: string;
}

/** So many of a kind are proposed: more are no help in choosing. */
const eachMax = 3;
/** Of a text so much stands in the words: the condition below them has all of it. */
const shownLengthMax = 60;
/** Room for the number that makes a name free. */
const nameLengthMax = eventLimits.nameLengthMax - 4;
/** Room for the family that a field is of. */
const keyLengthMax = conditionLimits.fieldLengthMax - 20;
const errorStatusMin = 400;
/** Collectors write this for what is confidential: it says nothing of a hit. */
const masked = '[masked]';

/** What somebody did on purpose, or what went wrong, says more than that they scrolled. */
const stepRank: readonly Step['kind'][] = [
  'error',
  'submit',
  'rage_click',
  'dead_click',
  'download',
  'outbound',
  'click',
  'input',
  'scroll',
];

/**
 * @param taken the names of events that there are
 * @returns the most characteristic first; each condition once, and of each the name is free
 */
export function proposalsOf(hit: SessionHit, taken: readonly string[]): HitProposal[] {
  const all = [...ofName(hit), ...ofStatus(hit), ...ofPage(hit), ...ofSteps(hit)];
  const conditions = new Set<string>();
  const names = new Set(taken.map((name) => name.toLowerCase()));
  return all
    .filter(({ condition }) => {
      const isNew = !conditions.has(condition) && isWritable(condition);
      conditions.add(condition);
      return isNew;
    })
    .map((proposal) => ({ ...proposal, name: freeName(proposal.name, names) }));
}

function ofName({ type, name, properties = {} }: SessionHit): HitProposal[] {
  if (type !== 'event' || name === undefined) return [];
  const test = `custom.name = ${quoted(name)}`;
  const told = Object.entries(properties).map(([key, value]) => [key, String(value)] as const);
  return [
    onHit(msg(str`Pages send the event ${isolated(name)}`), name, test),
    ...telling(told).map(([key, value]) => ({
      words: msg(str`Pages send it with ${isolated(key)}: ${isolated(value)}`),
      name: `${name}, ${key}: ${value}`,
      trigger: 'every_hit' as const,
      condition: `${test} and property.${fieldPart(key)} = ${quoted(value)}`,
    })),
  ];
}

function ofStatus({ status, path }: SessionHit): HitProposal[] {
  if (status === undefined || status < errorStatusMin) return [];
  const [test, where] = [`response.status = ${status}`, `request.path = ${quoted(path)}`];
  return [
    onHit(
      msg(str`This path is answered with ${status}`),
      msg(str`Status ${status} on ${readablePath(path)}`),
      `${where} and ${test}`,
    ),
    onHit(msg(str`Anything is answered with ${status}`), msg(str`Status ${status}`), test),
  ];
}

function ofPage({ type, method, path, query, title }: SessionHit): HitProposal[] {
  const isPage = type === 'page_view';
  const shown = readablePath(path);
  const what = isPage ? 'hit.type = "page_view" and ' : '';
  const where = `${what}request.path = ${quoted(path)}`;
  const proposals = [
    isPage
      ? onHit(msg('This page is seen'), msg(str`Page ${shown}`), where)
      : onHit(msg('This path is asked for'), msg(str`Path ${shown}`), where),
  ];
  if (method !== 'GET') {
    const test = `request.method = ${quoted(method)} and ${where}`;
    proposals.unshift(
      onHit(msg(str`This path is asked for by ${method}`), `${method} ${shown}`, test),
    );
  }
  for (const [key, value] of telling([...new URLSearchParams(query)])) {
    proposals.push(
      onHit(
        msg(str`The same, with ${isolated(key)}: ${isolated(value)} in the query`),
        `${shown}, ${key}: ${value}`,
        `${where} and request.query.${fieldPart(key)} = ${quoted(value)}`,
      ),
    );
  }
  const folder = path.slice(0, path.lastIndexOf('/', path.length - 2) + 1);
  if (folder.length > 1) {
    const below = readablePath(folder);
    const test = `${what}request.path starts with ${quoted(folder)}`;
    proposals.push(
      onHit(msg(str`Anything below ${isolated(below)}`), msg(str`Below ${below}`), test),
    );
  }
  if (isPage && title)
    proposals.push(
      onHit(
        msg(str`A page of the title ${isolated(title)} is seen`),
        title,
        `hit.type = "page_view" and page.title = ${quoted(title)}`,
      ),
    );
  return proposals;
}

function ofSteps({ steps = [] }: SessionHit): HitProposal[] {
  const ranked = [...steps].sort((a, b) => stepRank.indexOf(a.kind) - stepRank.indexOf(b.kind));
  const proposals = new Map<string, HitProposal>();
  for (const { kind, target, value } of ranked) {
    const isError = kind === 'error';
    const [field, text] = isError ? ['step.value', value] : ['step.target', target];
    if (text === undefined || text === '' || text === masked) continue;
    const condition = `step.kind = ${quoted(kind)} and ${field} = ${quoted(text)}`;
    proposals.set(condition, {
      words: isError
        ? msg(str`The page reports ${isolated(text)}`)
        : msg(str`A step: ${kind} on ${isolated(text)}`),
      name: `${kind}: ${text}`,
      trigger: 'every_step',
      condition,
    });
  }
  return [...proposals.values()].slice(0, eachMax);
}

const onHit = (words: string, name: string, condition: string): HitProposal => ({
  words,
  name,
  trigger: 'every_hit',
  condition,
});

/** A text of strangers within a sentence, whatever direction it is written in. */
const isolated = (text: string) =>
  `\u2068${text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text}\u2069`;

/** The first few parameters or properties that tell something of a hit. */
const telling = (all: readonly (readonly [key: string, value: string])[]) =>
  all
    .filter(([key, value]) => key !== '' && key.length <= keyLengthMax && value !== '')
    .filter(([, value]) => value !== masked)
    .slice(0, eachMax);

/** A name behind a field, as a condition writes it. */
const fieldPart = (name: string) => (/^[A-Za-z0-9_-]+$/.test(name) ? name : quoted(name));

/** Whether the language takes a condition: no longer, and of no other signs. */
const isWritable = (condition: string) =>
  condition.length <= conditionLimits.valueLengthMax && isPlainText(condition);

/** The text as the name of an event that there is not yet. */
function freeName(text: string, names: ReadonlySet<string>): string {
  const plain = text.replace(/["\p{Cc}\p{Cs}\s]+/gu, ' ').trim();
  const short = plain
    .slice(0, nameLengthMax)
    .replace(/\p{Cs}/gu, '')
    .trim();
  const begun = short === '' ? msg('Event from a hit') : short;
  let name = begun;
  for (let number = 2; names.has(name.toLowerCase()); number += 1) name = `${begun} ${number}`;
  return name;
}
