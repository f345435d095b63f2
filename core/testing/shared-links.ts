/** The desks over `control.db` of a world that go with the audit trail; what a shared link shows is handed in. */
import { createGuesses } from '../access/guesses.ts';
import { createPasswords } from '../access/password.ts';
import {
  createSharedLinkDesk,
  type SharedLinkDesk,
  type SharedLinkDeskOptions,
} from '../access/shared-link-desk.ts';
import { type LibsqlAudit, openLibsqlAudit } from '../stores/libsql-audit.ts';
import { openLibsqlServerRetention } from '../stores/libsql-server-retention.ts';
import { openLibsqlSharedLinks } from '../stores/libsql-shared-links.ts';
import type { World } from './world.ts';

/** Cheap: what is tested is not how long scrypt takes. */
const testLog2N = 10;

/** @param audit the one of the server, where there is another one: two would break its chain */
export function worldSharedLinks(
  world: World,
  draw: SharedLinkDeskOptions['draw'],
  audit: LibsqlAudit = openLibsqlAudit(world.control, world.now),
): SharedLinkDesk {
  return createSharedLinkDesk({
    store: openLibsqlSharedLinks(world.control, audit, world.now),
    audit,
    passwords: createPasswords(testLog2N),
    guesses: createGuesses(world.now),
    clock: world.now,
    consoleUrl: () => 'https://stats.example',
    draw,
  });
}

/** What the API needs of them where there are no users. */
export function worldControl(world: World) {
  const audit = openLibsqlAudit(world.control, world.now);
  return {
    sharedLinks: worldSharedLinks(world, async () => '', audit),
    serverRetention: openLibsqlServerRetention(world.control, audit, world.now),
  };
}
