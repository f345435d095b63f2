/** Who asks, as every route sees it. */
import type { Me } from '../contract/access.ts';
import { everything, type Grant } from '../contract/rights.ts';
import type { KeptUser } from './access-store.ts';

export interface Caller {
  kind: Me['kind'];
  name: string;
  /** As the audit trail names it. */
  actor: string;
  /** The cut address; empty for the command line. */
  address: string;
  grants: readonly Grant[];
  user?: KeptUser;
  signInId?: string;
}

/** What comes from this machine while there is no administrator, and from the command line: whoever has the data folder has all of it. */
export function machineCaller(name: string): Caller {
  const grants: Grant[] = [{ role: 'administrator', dataset: everything }];
  return { kind: 'machine', name, actor: name, address: '', grants };
}

export function meOf({ kind, name, grants, user }: Caller): Me {
  return {
    kind,
    name,
    grants: [...grants],
    secondFactor: user?.secondFactor ?? false,
    ...(user === undefined ? {} : { email: user.email }),
  };
}

/** An entry of the audit trail about something a caller does. */
export function entryOf({ actor, address }: Caller, action: string, target: string, detail = '') {
  return { actor, address, action, target, detail };
}
