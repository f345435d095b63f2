/** What there is to go to, as the navigation and the keys offer it: to each person what their roles open. */
import { msg } from '@lit/localize';
import type { Me } from '../core/contract/access.ts';
import { maySomewhere } from '../core/contract/rights.ts';
import type { NavGroup, NavPlace } from './components/side-nav.ts';
import { mayI } from './context/me.ts';
import type { pageFiles } from './page-files.ts';
import { mayOpen } from './page-rights.ts';
import {
  alertsPath,
  definitionsPath,
  eventsPath,
  reportsPath,
  rulesPath,
  searchPath,
} from './routes.ts';

/** A place with the page that is there; a link to it is offered to who may open that page. */
type DatasetPlace = NavPlace & { page: keyof typeof pageFiles };

/** The places of a dataset where its numbers are looked at, in the order of the navigation. */
const lookPlaces = (slug: string): DatasetPlace[] => [
  { id: 'live', label: msg('Live'), icon: 'live', href: `/${slug}/live`, page: '/:dataset/live' },
  {
    id: 'search',
    label: msg('Search'),
    icon: 'search',
    href: searchPath(slug),
    page: '/:dataset/search',
  },
  {
    id: 'reports',
    label: msg('Reports'),
    icon: 'reports',
    href: reportsPath(slug),
    page: '/:dataset/reports',
  },
  { id: 'sql', label: 'SQL', icon: 'sql', href: `/${slug}/sql`, page: '/:dataset/sql' },
];

const configurePlaces = (slug: string): DatasetPlace[] => [
  {
    id: 'definitions',
    label: msg('Definitions'),
    icon: 'definitions',
    href: definitionsPath(slug),
    page: '/:dataset/definitions',
  },
  {
    id: 'events',
    label: msg('Events'),
    icon: 'events',
    href: eventsPath(slug),
    page: '/:dataset/events',
  },
  {
    id: 'alerts',
    label: msg('Alerts'),
    icon: 'alerts',
    href: alertsPath(slug),
    page: '/:dataset/alerts',
  },
  {
    id: 'rules',
    label: msg('Session rules'),
    icon: 'rules',
    href: rulesPath(slug),
    page: '/:dataset/rules',
  },
  {
    id: 'hit-rules',
    label: msg('Hit rules'),
    icon: 'filter',
    href: `/${slug}/hit-rules`,
    page: '/:dataset/hit-rules',
  },
  {
    id: 'index',
    label: msg('Index'),
    icon: 'index',
    href: `/${slug}/index`,
    page: '/:dataset/index',
  },
  {
    id: 'masking',
    label: msg('Masking'),
    icon: 'masking',
    href: `/${slug}/masking`,
    page: '/:dataset/masking',
  },
  {
    id: 'configuration',
    label: msg('Export and import'),
    icon: 'file',
    href: `/${slug}/configuration`,
    page: '/:dataset/configuration',
  },
];

const administerDatasetPlaces = (slug: string): DatasetPlace[] => [
  {
    id: 'settings',
    label: msg('Settings'),
    icon: 'settings',
    href: `/${slug}/settings`,
    page: '/:dataset/settings',
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
  const mine = (places: DatasetPlace[]) =>
    slug === '' ? [] : places.filter(({ page }) => me === undefined || mayOpen(me, page, slug));
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
