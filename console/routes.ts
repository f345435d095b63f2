/** The addresses of the console, each with the page it shows. */
import { msg } from '@lit/localize';
import type { RouteConfig } from '@lit-labs/router/routes.js';
import { html, type TemplateResult } from 'lit';
import type { Me } from '../core/contract/access.ts';
import type { Dataset } from '../core/contract/dataset.ts';
import { maySomewhere, type Right } from '../core/contract/rights.ts';
import type { NavGroup, NavPlace } from './components/side-nav.ts';
import { mayI } from './context/me.ts';
import { pageFiles } from './page-files.ts';

/** What an address means: the dataset it is about, and the place in the navigation. */
export interface Place {
  slug: string;
  id: string;
  /** What is open at the place, such as the id of a session. */
  item: string;
}

/** Addresses of one word that are about no dataset: a dataset has no page of one word. */
const wholePlaces = new Set([
  'health',
  'jobs',
  'sources',
  'subscriptions',
  'users',
  'keys',
  'audit',
  'account',
  'sign-in',
  'welcome',
]);

/** Reads an address. */
export function placeOf(pathname: string): Place {
  const [slug = '', first = '', item = ''] = pathname.split('/').slice(1);
  if (slug === 'datasets' && first === 'new') return { slug: '', id: 'new', item };
  if (wholePlaces.has(slug) && first === '') return { slug: '', id: slug, item };
  return { slug: decodeSafely(slug), id: first, item };
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A place with the right it needs; a link to it is offered to who has the right. */
type GuardedPlace = NavPlace & { right: Right };

/** The places of a dataset where its numbers are looked at, in the order of the navigation. */
const lookPlaces = (slug: string): GuardedPlace[] => [
  { id: 'live', label: msg('Live'), icon: 'live', href: `/${slug}/live`, right: 'explore' },
  { id: 'search', label: msg('Search'), icon: 'search', href: searchPath(slug), right: 'explore' },
  { id: 'reports', label: msg('Reports'), icon: 'reports', href: reportsPath(slug), right: 'read' },
  { id: 'sql', label: 'SQL', icon: 'sql', href: `/${slug}/sql`, right: 'explore' },
];

const configurePlaces = (slug: string): GuardedPlace[] => [
  {
    id: 'definitions',
    label: msg('Definitions'),
    icon: 'definitions',
    href: definitionsPath(slug),
    right: 'configure',
  },
  {
    id: 'events',
    label: msg('Events'),
    icon: 'events',
    href: eventsPath(slug),
    right: 'explore',
  },
  {
    id: 'alerts',
    label: msg('Alerts'),
    icon: 'alerts',
    href: alertsPath(slug),
    right: 'explore',
  },
  {
    id: 'rules',
    label: msg('Session rules'),
    icon: 'rules',
    href: rulesPath(slug),
    right: 'administer',
  },
  {
    id: 'hit-rules',
    label: msg('Hit rules'),
    icon: 'filter',
    href: `/${slug}/hit-rules`,
    right: 'configure',
  },
  {
    id: 'index',
    label: msg('Index'),
    icon: 'index',
    href: `/${slug}/index`,
    right: 'configure',
  },
  {
    id: 'masking',
    label: msg('Masking'),
    icon: 'masking',
    href: `/${slug}/masking`,
    right: 'configure',
  },
  {
    id: 'configuration',
    label: msg('Export and import'),
    icon: 'file',
    href: `/${slug}/configuration`,
    right: 'configure',
  },
];

const administerDatasetPlaces = (slug: string): GuardedPlace[] => [
  {
    id: 'settings',
    label: msg('Settings'),
    icon: 'settings',
    href: `/${slug}/settings`,
    right: 'configure',
  },
];

/** The key that goes to a place, after `g`; the list of keys tells them. */
const letters: Readonly<Record<string, string>> = {
  live: 'l',
  search: 's',
  reports: 'r',
  sql: 'q',
  definitions: 'd',
  events: 'e',
  alerts: 'a',
  rules: 'u',
  'hit-rules': 'f',
  index: 'x',
  masking: 'm',
  configuration: 'c',
  settings: 't',
  health: 'h',
  jobs: 'j',
  sources: 'o',
  subscriptions: 'b',
  users: 'p',
  keys: 'k',
  audit: 'i',
};

/** About every dataset that one administers. */
const jobsPlace: NavPlace = { id: 'jobs', label: msg('Jobs'), icon: 'jobs', href: '/jobs' };

/** The places that are about the whole server. */
export const administerPlaces: readonly NavPlace[] = [
  { id: 'health', label: msg('Health'), icon: 'health', href: '/health' },
  jobsPlace,
  { id: 'sources', label: msg('Sources'), icon: 'sources', href: '/sources' },
  { id: 'subscriptions', label: msg('Subscriptions'), icon: 'mail', href: '/subscriptions' },
  { id: 'users', label: msg('Users'), icon: 'users', href: '/users' },
  { id: 'keys', label: msg('API keys'), icon: 'keys', href: '/keys' },
  { id: 'audit', label: msg('Audit'), icon: 'audit', href: '/audit' },
];

/**
 * What there is to go to, group by group; without a dataset, what is about the whole server.
 * @param me whose rights decide what is offered; without it everything is
 */
export function groupsOf(slug: string, me?: Me): NavGroup[] {
  const mine = (places: GuardedPlace[]) =>
    slug === '' ? [] : places.filter(({ right }) => me === undefined || mayI(me, right, slug));
  const ofSome = me !== undefined && maySomewhere(me.grants, 'administer') ? [jobsPlace] : [];
  const server = me === undefined || mayI(me, 'administer') ? administerPlaces : ofSome;
  const groups: NavGroup[] = [
    { id: 'look', places: mine(lookPlaces(slug)) },
    { id: 'configure', heading: msg('Configure'), places: mine(configurePlaces(slug)) },
    {
      id: 'administer',
      heading: msg('Administer'),
      places: [...mine(administerDatasetPlaces(slug)), ...server],
    },
  ];
  return groups
    .filter(({ places }) => places.length > 0)
    .map((group) => ({ ...group, places: group.places.map(withLetter) }));
}

function withLetter(place: NavPlace): NavPlace {
  const letter = letters[place.id];
  return letter === undefined ? place : { ...place, letter };
}

/** The name of a place, for the title of the window. */
export function placeLabel(id: string): string | undefined {
  if (id === 'sessions') return msg('Session');
  if (id === 'account') return msg('Account');
  return groupsOf('any')
    .flatMap(({ places }) => places)
    .find((place) => place.id === id)?.label;
}

export const sessionPath = (slug: string, sessionId: string) => `/${slug}/sessions/${sessionId}`;

/** The search page; with a condition, what it finds. */
export const searchPath = (slug: string, condition = '') =>
  condition === '' ? `/${slug}/search` : `/${slug}/search?${new URLSearchParams({ condition })}`;

export const eventsPath = (slug: string) => `/${slug}/events`;

export const definitionsPath = (slug: string) => `/${slug}/definitions`;

export const rulesPath = (slug: string) => `/${slug}/rules`;

export const alertsPath = (slug: string) => `/${slug}/alerts`;

export const reportsPath = (slug: string) => `/${slug}/reports`;

export const reportPath = (slug: string, name: string) => `${reportsPath(slug)}/${name}`;

export const newReportPath = (slug: string) => `${reportsPath(slug)}/new`;

export const editReportPath = (slug: string, name: string) => `${reportPath(slug, name)}/edit`;

export const overviewPath = (slug: string) => reportPath(slug, 'overview');

export interface RoutesOptions {
  /** Called when a page's script could not be loaded. */
  failed: () => void;
  dataset: (slug: string | undefined) => Dataset | undefined;
}

export function createRoutes({ failed, dataset }: RoutesOptions): RouteConfig[] {
  // Who goes on before a page has loaded stays where they went, whichever page is loaded last.
  let entered = 0;
  const page = (
    path: keyof typeof pageFiles,
    render: (
      open: Dataset | undefined,
      params: Record<string, string | undefined>,
    ) => TemplateResult,
  ): RouteConfig => ({
    path,
    enter: () => {
      entered += 1;
      const mine = entered;
      return pageFiles[path]().then(
        () => mine === entered,
        () => {
          if (mine === entered) failed();
          return false;
        },
      );
    },
    render: (params) => render(dataset(params.dataset), params),
  });

  return [
    page('/', () => html`<cn-start-page></cn-start-page>`),
    page('/datasets/new', () => html`<cn-new-dataset-page></cn-new-dataset-page>`),
    page('/:dataset/live', (open) => html`<cn-live-page .open=${open}></cn-live-page>`),
    page('/health', () => html`<cn-health-page></cn-health-page>`),
    page('/sources', () => html`<cn-sources-page></cn-sources-page>`),
    page('/jobs', () => html`<cn-jobs-page></cn-jobs-page>`),
    page('/subscriptions', () => html`<cn-subscriptions-page></cn-subscriptions-page>`),
    page('/users', () => html`<cn-users-page></cn-users-page>`),
    page('/keys', () => html`<cn-keys-page></cn-keys-page>`),
    page('/audit', () => html`<cn-audit-page></cn-audit-page>`),
    page('/account', () => html`<cn-account-page></cn-account-page>`),
    page('/sign-in', () => html`<cn-start-page></cn-start-page>`),
    page('/welcome', () => html`<cn-start-page></cn-start-page>`),
    page(
      '/:dataset/sessions/:session',
      (open, { session = '' }) =>
        html`<cn-session-page .open=${open} session=${session}></cn-session-page>`,
    ),
    page('/:dataset/search', (open) => html`<cn-search-page .open=${open}></cn-search-page>`),
    page(
      '/:dataset/definitions',
      (open) => html`<cn-definitions-page .open=${open}></cn-definitions-page>`,
    ),
    page('/:dataset/rules', (open) => html`<cn-rules-page .open=${open}></cn-rules-page>`),
    page(
      '/:dataset/hit-rules',
      (open) => html`<cn-hit-rules-page .open=${open}></cn-hit-rules-page>`,
    ),
    page('/:dataset/index', (open) => html`<cn-index-page .open=${open}></cn-index-page>`),
    page('/:dataset/masking', (open) => html`<cn-masking-page .open=${open}></cn-masking-page>`),
    page(
      '/:dataset/configuration',
      (open) => html`<cn-configuration-page .open=${open}></cn-configuration-page>`,
    ),
    page('/:dataset/events', (open) => html`<cn-events-page .open=${open}></cn-events-page>`),
    page('/:dataset/alerts', (open) => html`<cn-alerts-page .open=${open}></cn-alerts-page>`),
    page('/:dataset/reports', (open) => html`<cn-reports-page .open=${open}></cn-reports-page>`),
    page(
      '/:dataset/reports/new',
      (open) => html`<cn-report-builder-page .open=${open}></cn-report-builder-page>`,
    ),
    page(
      '/:dataset/reports/:report/edit',
      (open, { report = '' }) =>
        html`<cn-report-builder-page .open=${open} name=${report}></cn-report-builder-page>`,
    ),
    page(
      '/:dataset/reports/:report',
      (open, { report = '' }) =>
        html`<cn-report-page .open=${open} name=${report}></cn-report-page>`,
    ),
    page('/:dataset/sql', (open) => html`<cn-sql-page .open=${open}></cn-sql-page>`),
    page('/:dataset/settings', (open) => html`<cn-settings-page .open=${open}></cn-settings-page>`),
  ];
}
