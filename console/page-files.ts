/** The files of the console's pages by their addresses. Each is loaded when its page is first opened. */
import { lastDataset } from './context/last-dataset.ts';

const report = () => import('./pages/report-page.ts');
const reportBuilder = () => import('./pages/report-builder-page.ts');
const start = () => import('./pages/start-page.ts');

export const pageFiles = {
  '/': start,
  '/datasets/new': () => import('./pages/new-dataset-page.ts'),
  '/:dataset/live': () => import('./pages/live-page.ts'),
  '/health': () => import('./pages/health-page.ts'),
  '/sources': () => import('./pages/sources-page.ts'),
  '/jobs': () => import('./pages/jobs-page.ts'),
  '/subscriptions': () => import('./pages/subscriptions-page.ts'),
  '/users': () => import('./pages/users-page.ts'),
  '/keys': () => import('./pages/keys-page.ts'),
  '/audit': () => import('./pages/audit-page.ts'),
  '/account': () => import('./pages/account-page.ts'),
  '/sign-in': start,
  '/welcome': start,
  '/:dataset/sessions/:session': () => import('./pages/session-page.ts'),
  '/:dataset/search': () => import('./pages/search-page.ts'),
  '/:dataset/definitions': () => import('./pages/definitions-page.ts'),
  '/:dataset/rules': () => import('./pages/rules-page.ts'),
  '/:dataset/hit-rules': () => import('./pages/hit-rules-page.ts'),
  '/:dataset/index': () => import('./pages/index-page.ts'),
  '/:dataset/masking': () => import('./pages/masking-page.ts'),
  '/:dataset/configuration': () => import('./pages/configuration-page.ts'),
  '/:dataset/events': () => import('./pages/events-page.ts'),
  '/:dataset/alerts': () => import('./pages/alerts-page.ts'),
  '/:dataset/reports': () => import('./pages/reports-page.ts'),
  '/:dataset/reports/new': reportBuilder,
  '/:dataset/reports/:report/edit': reportBuilder,
  '/:dataset/reports/:report': report,
  '/:dataset/sql': () => import('./pages/sql-page.ts'),
  '/:dataset/settings': () => import('./pages/settings-page.ts'),
} satisfies Record<string, () => Promise<unknown>>;

const patterns = Object.entries(pageFiles).map(([path, load]) => ({
  parts: path.split('/'),
  load,
}));

/**
 * Begins to load the page of an address, beside the frame that will show it. What cannot be had is told by the frame,
 * which asks again.
 */
export function loadPageOf(pathname: string): void {
  const asked = pathname.split('/');
  const found = patterns.find(
    ({ parts }) =>
      parts.length === asked.length &&
      parts.every((part, at) => part.startsWith(':') || part === asked[at]),
  );
  found?.load().catch(() => undefined);
  // The start leads on to the overview of the dataset last seen.
  if (pathname === '/' && lastDataset() !== null) report().catch(() => undefined);
}
