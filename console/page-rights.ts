/** The right that each page of the console needs: it is neither offered to who lacks it, nor asked for there. */
import type { Me } from '../core/contract/access.ts';
import { everything, maySomewhere, type Right } from '../core/contract/rights.ts';
import { mayI } from './context/me.ts';
import type { pageFiles } from './page-files.ts';

export interface PageRight {
  right: Right;
  /** Where it must be held: in the dataset of the address, for the whole server, or in some dataset at least. */
  of: 'dataset' | 'server' | 'some';
}

const reading: PageRight = { right: 'read', of: 'dataset' };
const exploring: PageRight = { right: 'explore', of: 'dataset' };
const configuring: PageRight = { right: 'configure', of: 'dataset' };
const administering: PageRight = { right: 'administer', of: 'dataset' };
const server: PageRight = { right: 'administer', of: 'server' };

export const pageRights: Readonly<Record<keyof typeof pageFiles, PageRight | undefined>> = {
  '/': undefined,
  '/account': undefined,
  '/sign-in': undefined,
  '/welcome': undefined,

  '/:dataset/reports': reading,
  '/:dataset/reports/:report': reading,
  '/:dataset/live': exploring,
  '/:dataset/search': exploring,
  '/:dataset/sessions/:session': exploring,
  '/:dataset/sql': exploring,
  '/:dataset/events': exploring,
  '/:dataset/alerts': exploring,
  // Links to reports are listed there, and an analyst may make some.
  '/:dataset/settings': exploring,
  '/:dataset/reports/new': configuring,
  '/:dataset/reports/:report/edit': configuring,
  '/:dataset/definitions': configuring,
  '/:dataset/hit-rules': configuring,
  '/:dataset/index': configuring,
  '/:dataset/masking': configuring,
  '/:dataset/configuration': configuring,
  '/:dataset/rules': administering,

  '/health': { right: 'read', of: 'some' },
  '/jobs': { right: 'administer', of: 'some' },
  '/datasets/new': server,
  '/sources': server,
  '/subscriptions': server,
  '/users': server,
  '/keys': server,
  '/audit': server,
};

/** @param slug the dataset of the address, where it has one */
export function mayOpen(
  me: Me | undefined,
  path: keyof typeof pageFiles,
  slug: string = everything,
): boolean {
  const needed = pageRights[path];
  if (needed === undefined) return true;
  if (needed.of === 'some') return me !== undefined && maySomewhere(me.grants, needed.right);
  return mayI(me, needed.right, needed.of === 'server' ? everything : slug);
}
