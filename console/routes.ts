/** The addresses of the console, each with the page it shows. Every page is loaded when it is first opened. */
import type { RouteConfig } from '@lit-labs/router/routes.js';
import { html, type TemplateResult } from 'lit';
import type { Dataset } from '../core/contract/dataset.ts';
import type { NavPlace } from './components/side-nav.ts';

/** What an address means: the dataset it is about, and the place in the navigation. */
export interface Place {
  slug: string;
  id: string;
  /** What is open at the place, such as the id of a session. */
  item: string;
}

/** Reads an address. `/datasets/new`, `/health` and `/subscriptions` are about no dataset: none of the names has places of its own there. */
export function placeOf(pathname: string): Place {
  const [slug = '', first = '', item = ''] = pathname.split('/').slice(1);
  if (slug === 'datasets' && first === 'new') return { slug: '', id: 'new', item };
  if (first === '' && administerPlaces.some(({ id }) => id === slug))
    return { slug: '', id: slug, item };
  return { slug: decodeSafely(slug), id: first, item };
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The places of a dataset that exist, in the order of the navigation. */
export function placesOf(slug: string): NavPlace[] {
  return [
    { id: 'live', label: 'Live', icon: 'live', href: `/${slug}/live` },
    { id: 'search', label: 'Search', icon: 'search', href: searchPath(slug) },
    { id: 'reports', label: 'Reports', icon: 'reports', href: reportsPath(slug) },
    { id: 'sql', label: 'SQL', icon: 'sql', href: `/${slug}/sql` },
    { id: 'settings', label: 'Settings', icon: 'settings', href: `/${slug}/settings` },
  ];
}

/** The places that are about the whole server. */
export const administerPlaces: readonly NavPlace[] = [
  { id: 'health', label: 'Health', icon: 'health', href: '/health' },
  { id: 'subscriptions', label: 'Subscriptions', icon: 'mail', href: '/subscriptions' },
];

/** The name of a place, for the title of the window. */
export function placeLabel(id: string): string | undefined {
  if (id === 'sessions') return 'Session';
  return [...placesOf(''), ...administerPlaces].find((place) => place.id === id)?.label;
}

export const sessionPath = (slug: string, sessionId: string) => `/${slug}/sessions/${sessionId}`;

/** The search page; with a condition, what it finds. */
export const searchPath = (slug: string, condition = '') =>
  condition === '' ? `/${slug}/search` : `/${slug}/search?${new URLSearchParams({ condition })}`;

export const reportsPath = (slug: string) => `/${slug}/reports`;

export const reportPath = (slug: string, name: string) => `${reportsPath(slug)}/${name}`;

export const overviewPath = (slug: string) => reportPath(slug, 'overview');

export interface RoutesOptions {
  /** Called when a page's script could not be loaded. */
  failed: () => void;
  dataset: (slug: string | undefined) => Dataset | undefined;
}

export function createRoutes({ failed, dataset }: RoutesOptions): RouteConfig[] {
  const page = (
    path: string,
    load: () => Promise<unknown>,
    render: (
      open: Dataset | undefined,
      params: Record<string, string | undefined>,
    ) => TemplateResult,
  ): RouteConfig => ({
    path,
    enter: () =>
      load().then(
        () => true,
        () => {
          failed();
          return false;
        },
      ),
    render: (params) => render(dataset(params.dataset), params),
  });

  return [
    page(
      '/',
      () => import('./pages/start-page.ts'),
      () => html`<cn-start-page></cn-start-page>`,
    ),
    page(
      '/datasets/new',
      () => import('./pages/new-dataset-page.ts'),
      () => html`<cn-new-dataset-page></cn-new-dataset-page>`,
    ),
    page(
      '/:dataset/live',
      () => import('./pages/live-page.ts'),
      (open) => html`<cn-live-page .open=${open}></cn-live-page>`,
    ),
    page(
      '/health',
      () => import('./pages/health-page.ts'),
      () => html`<cn-health-page></cn-health-page>`,
    ),
    page(
      '/subscriptions',
      () => import('./pages/subscriptions-page.ts'),
      () => html`<cn-subscriptions-page></cn-subscriptions-page>`,
    ),
    page(
      '/:dataset/sessions/:session',
      () => import('./pages/session-page.ts'),
      (open, { session = '' }) =>
        html`<cn-session-page .open=${open} session=${session}></cn-session-page>`,
    ),
    page(
      '/:dataset/search',
      () => import('./pages/search-page.ts'),
      (open) => html`<cn-search-page .open=${open}></cn-search-page>`,
    ),
    page(
      '/:dataset/reports',
      () => import('./pages/reports-page.ts'),
      (open) => html`<cn-reports-page .open=${open}></cn-reports-page>`,
    ),
    page(
      '/:dataset/reports/:report',
      () => import('./pages/report-page.ts'),
      (open, { report = '' }) =>
        html`<cn-report-page .open=${open} name=${report}></cn-report-page>`,
    ),
    page(
      '/:dataset/sql',
      () => import('./pages/sql-page.ts'),
      (open) => html`<cn-sql-page .open=${open}></cn-sql-page>`,
    ),
    page(
      '/:dataset/settings',
      () => import('./pages/settings-page.ts'),
      (open) => html`<cn-settings-page .open=${open}></cn-settings-page>`,
    ),
  ];
}
