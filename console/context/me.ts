/** Who is signed in, loaded by the shell: pages offer what this person may do. */
import { createContext } from '@lit/context';
import type { Me } from '../../core/contract/access.ts';
import { everything, may, type Right } from '../../core/contract/rights.ts';

export const meContext = createContext<Me | undefined>('canister-me');

/** @param slug a dataset; without one it is about the whole server */
export const mayI = (me: Me | undefined, right: Right, slug: string = everything): boolean =>
  me !== undefined && may(me.grants, right, slug);
