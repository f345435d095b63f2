/** The addresses of the console, each with the page it shows. Every page is loaded when it is first opened. */
import type { RouteConfig } from '@lit-labs/router/routes.js';
import { html, type TemplateResult } from 'lit';
import type { Dataset } from '../core/contract/dataset.ts';
import type { NavPlace } from './components/side-nav.ts';

/** What an address means: the dataset it is about, and the place in the navigation. */
export interface Place {
  slug: string;
  id: string;
}

/** Reads an address. `/datasets/new` is about no dataset: "datasets" has no places of its own. */
export function placeOf(pathname: string): Place {
  const [slug = '', first = ''] = pathname.split('/').slice(1);
  if (slug === 'datasets' && first === 'new') return { slug: '', id: 'new' };
  return { slug: decodeSafely(slug), id: first };
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
    { id: 'reports', label: 'Reports', icon: 'reports', href: overviewPath(slug) },
    { id: 'sql', label: 'SQL', icon: 'sql', href: `/${slug}/sql` },
    { id: 'settings', label: 'Settings', icon: 'settings', href: `/${slug}/settings` },
  ];
}

export const overviewPath = (slug: string) => `/${slug}/reports/overview`;

export interface RoutesOptions {
  /** Called when a page's script could not be loaded. */
  failed: () => void;
  dataset: (slug: string | undefined) => Dataset | undefined;
}

export function createRoutes({ failed, dataset }: RoutesOptions): RouteConfig[] {
  const page = (
    path: string,
    load: () => Promise<unknown>,
    render: (open: Dataset | undefined) => TemplateResult,
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
    render: (params) => render(dataset(params.dataset)),
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
      '/:dataset/reports/overview',
      () => import('./pages/overview-page.ts'),
      (open) => html`<cn-overview-page .open=${open}></cn-overview-page>`,
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
