/** The addresses of the console, each with the page it shows. */
import type { RouteConfig } from '@lit-labs/router/routes.js';
import { html, type TemplateResult } from 'lit';
import type { Me } from '../core/contract/access.ts';
import type { Dataset } from '../core/contract/dataset.ts';
import { pageFiles } from './page-files.ts';
import { mayOpen, pageRights } from './page-rights.ts';

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

export const sessionPath = (slug: string, sessionId: string) => `/${slug}/sessions/${sessionId}`;

/** The search page; with a condition, what it finds. */
export const searchPath = (slug: string, condition = '') =>
  condition === '' ? `/${slug}/search` : `/${slug}/search?${new URLSearchParams({ condition })}`;

export const eventsPath = (slug: string) => `/${slug}/events`;

/** A new event, begun from a hit of a session. */
export const eventFromHitPath = (slug: string, session: string, hit: string) =>
  `${eventsPath(slug)}?${new URLSearchParams({ event: '', session, hit })}`;

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
  /** Who is signed in; pages are drawn once it is known. */
  me: () => Me | undefined;
}

export function createRoutes({ failed, dataset, me }: RoutesOptions): RouteConfig[] {
  // Who goes on before a page has loaded stays where they went, whichever page is loaded last.
  let entered = 0;
  const page = (
    path: keyof typeof pageFiles,
    render: (
      open: Dataset | undefined,
      params: Record<string, string | undefined>,
    ) => TemplateResult,
  ): RouteConfig => {
    // Who: a role that changes meanwhile takes nobody's page away, for what was typed there would be lost.
    let admitted: string | undefined;
    return {
      path,
      enter: () => {
        entered += 1;
        const mine = entered;
        admitted = undefined;
        return pageFiles[path]().then(
          () => mine === entered,
          () => {
            if (mine === entered) failed();
            return false;
          },
        );
      },
      render: (params) => {
        const open = dataset(params.dataset);
        const visitor = me()?.email ?? '';
        if (mayOpen(me(), path, open?.slug)) admitted = visitor;
        return admitted === visitor ? render(open, params) : closedPage(path, open);
      },
    };
  };

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

/** Instead of a page that its visitor may not open. */
function closedPage(path: keyof typeof pageFiles, open: Dataset | undefined): TemplateResult {
  void import('./pages/closed-page.ts');
  return html`<cn-closed-page .needed=${pageRights[path]} where=${open?.name ?? ''}></cn-closed-page>`;
}
