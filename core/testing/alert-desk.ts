/** The alerts of a world: real stores, the world's engine and clock, and mails that a test collects. */
import { type AlertDesk, createAlertDesk } from '../alerts/alert-desk.ts';
import type { Notifier } from '../alerts/outbox.ts';
import type { SqlFacts } from '../alerts/sql-facts.ts';
import type { Mail, Mailer } from '../contract/mail.ts';
import { createAlertSql } from '../desks/alert-sql.ts';
import { openLibsqlAlerts } from '../stores/libsql-alerts.ts';
import { openLibsqlOutbox } from '../stores/libsql-outbox.ts';
import { noSavedQueries } from './no-saved-queries.ts';
import type { World } from './world.ts';

export interface WorldAlerts {
  desk: AlertDesk;
  /** What was sent, with its id. */
  mails: { mail: Mail; id: string }[];
}

/** @param mailer takes the mails instead of `mails` */
export async function worldAlerts(
  world: World,
  options: {
    mailer?: Mailer;
    privateNetworks?: string[];
    sendDigest?: Notifier;
    sqlFacts?: SqlFacts;
  } = {},
): Promise<WorldAlerts> {
  const mails: WorldAlerts['mails'] = [];
  const zones = new Map<string, string>();
  const keepZones = async () => {
    zones.clear();
    for (const { slug, timeZone } of await world.datasets.list()) zones.set(slug, timeZone);
  };
  const { alertsLive, alertsPast, alertsCells } = world.engine;
  const desk = createAlertDesk({
    store: openLibsqlAlerts(world.control, world.now),
    outbox: openLibsqlOutbox(world.control, world.now),
    facts: { live: alertsLive, past: alertsPast, cells: alertsCells },
    sqlFacts: options.sqlFacts ?? createAlertSql({ ...noSavedQueries }),
    timeZone: (slug) => zones.get(slug),
    clock: world.now,
    random: () => 0,
    mailer: options.mailer ?? {
      async send(mail, id) {
        mails.push({ mail, id });
      },
    },
    composeMail: ({ to, title, entry, sessionUrls }) => ({
      to,
      subject: title,
      text: [entry.says, ...sessionUrls].join('\n'),
      headers: {},
      attachments: [],
    }),
    sendDigest:
      options.sendDigest ??
      (() => {
        throw new Error('this test sends no digests');
      }),
    consoleUrl: () => 'http://localhost:8080',
    outgoing: { privateNetworks: options.privateNetworks ?? ['127.0.0.0/8'] },
  });
  const look: AlertDesk['look'] = async (alarms) => {
    await keepZones();
    await desk.look(alarms);
  };
  return { desk: { ...desk, look }, mails };
}
