/** Roles, grants and the states of users in words. */
import { msg, str } from '@lit/localize';
import type { User } from '../../core/contract/access.ts';
import { everything, type Grant, type Role } from '../../core/contract/rights.ts';

export const roleTexts: Record<Role, string> = {
  reader: msg('reader'),
  analyst: msg('analyst'),
  configurator: msg('configurator'),
  administrator: msg('administrator'),
};

export const userStateTexts: Record<User['state'], string> = {
  invited: msg('invited'),
  active: msg('active'),
  disabled: msg('disabled'),
};

/** What a role is given for, such as "reader of shop". */
export function grantWords({ role, dataset }: Grant): string {
  const where = dataset === everything ? msg('all datasets') : dataset;
  return msg(str`${roleTexts[role]} of ${where}`);
}
