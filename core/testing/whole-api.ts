/** The whole API over a world, with users: what tests of rights ask. */
import type { Context } from 'hono';
import { type AccessDesk, createAccessDesk } from '../access/access-desk.ts';
import type { OidcDesk } from '../access/oidc.ts';
import { createPasswords } from '../access/password.ts';
import type { SharedLinkDesk, SharedLinkDeskOptions } from '../access/shared-link-desk.ts';
import type { LinkMail } from '../access/user-desk.ts';
import type { Role } from '../contract/rights.ts';
import { type Api, createApi } from '../http/app.ts';
import { openLibsqlAccess } from '../stores/libsql-access.ts';
import { openLibsqlAudit } from '../stores/libsql-audit.ts';
import { openLibsqlServerRetention } from '../stores/libsql-server-retention.ts';
import { worldSharedLinks } from './shared-links.ts';
import type { World } from './world.ts';
import { worldApi } from './world-api.ts';

/** Cheap: what is tested is not how long scrypt takes. */
export const testLog2N = 10;

export interface WholeApi {
  app: Api;
  desk: AccessDesk;
  sharedLinks: SharedLinkDesk;
  /** The links that were mailed. */
  mails: LinkMail[];
  /** What went wrong, as the log was told. */
  logged: unknown[][];
  /** The socket's other end; undefined for none. */
  peer: string | undefined;
}

/** Makes the first administrator. Gives what makes keys in her name. */
export async function keyMaker({ desk }: WholeApi) {
  const { links, keys, signIns } = desk;
  const from = { address: '203.0.113.0', browser: '' };
  const ann = { email: 'ann@shop.example', name: 'Ann', password: 'a long enough password' };
  const { token } = await links.first({ token: links.firstToken, ...ann }, from);
  const by = await signIns.callerOf(token, from);
  if (by === undefined) throw new Error('the first administrator is not signed in');
  return async (role: Role, dataset: string): Promise<string> =>
    (await keys.create({ name: role, role, dataset, days: 1 }, by)).key;
}

export async function wholeApi(
  world: World,
  options: {
    consoleUrl?: string;
    oidc?: (desk: AccessDesk) => OidcDesk;
    drawShared?: SharedLinkDeskOptions['draw'];
  } = {},
): Promise<WholeApi> {
  const mails: LinkMail[] = [];
  const logged: unknown[][] = [];
  const audit = openLibsqlAudit(world.control, world.now);
  const consoleUrl = () => options.consoleUrl ?? 'http://localhost:8080';
  const desk = createAccessDesk({
    store: openLibsqlAccess(world.control, audit),
    audit,
    passwords: createPasswords(testLog2N),
    clock: world.now,
    consoleUrl,
    sendMail: async (mail) => void mails.push(mail),
    slugs: async () => (await world.datasets.list()).map(({ slug }) => slug),
    failed: (error) => logged.push(['error', error]),
  });
  const sharedLinks = worldSharedLinks(world, options.drawShared ?? (async () => ''), audit);
  const peerAddress = (_c: Context) => whole.peer;
  const app = createApi({
    access: {
      desk,
      clock: world.now,
      commandToken: 'cli_of_the_test',
      clientAddress: () => `${whole.peer?.replace(/\d+$/, '0')}`,
      consoleUrl,
      oidc: options.oidc?.(desk),
    },
    ...(await worldApi(world)),
    sharedLinks,
    serverRetention: openLibsqlServerRetention(world.control, audit, world.now),
    alarms: () => [{ code: 'dataset_held', since: 1, detail: 'blog: it is held' }],
    log: (...event) => logged.push(event),
    peerAddress,
  });
  const whole: WholeApi = { app, desk, sharedLinks, mails, logged, peer: '203.0.113.7' };
  return whole;
}
