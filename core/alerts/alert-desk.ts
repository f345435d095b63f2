/** Everything of alerts in one hand: rules are looked at, notices are written down, and what is due is sent. */
import type { Clock } from '../clock.ts';
import type { AlertEntry } from '../contract/alert.ts';
import { type Mail, type Mailer, mailSchema } from '../contract/mail.ts';
import type { Alarm } from '../contract/status.ts';
import type { AlertFacts } from './alert-facts.ts';
import type { AlertStore } from './alert-store.ts';
import { type ComposeNotice, sessionUrl, titleOf } from './notices.ts';
import { createDispatcher, type Notifier, type Outbox } from './outbox.ts';
import type { OutgoingOptions } from './outgoing-request.ts';
import type { SqlFacts } from './sql-facts.ts';
import { createSqlWatch } from './sql-watch.ts';
import { watchSystemAlarms } from './system-alarms.ts';
import { type AlertWatch, createAlertWatch } from './watch.ts';
import { webhookNotifier } from './webhook.ts';
import { webhookBody } from './webhook-body.ts';

/** Writes the mail of an alert. */
export type ComposeAlertMail = (input: {
  to: string[];
  title: string;
  entry: AlertEntry;
  sessionUrls: string[];
}) => Mail;

export interface AlertDesk {
  store: AlertStore;
  outbox: Outbox;
  facts: AlertFacts;
  sqlFacts: SqlFacts;
  watch: AlertWatch;
  /** When the saved queries that were begun have come. */
  sqlIdle(): Promise<void>;
  compose: ComposeNotice;
  outgoing: OutgoingOptions;
  /** Looks at every rule and at the server's alarms, and begins to send what came of it. */
  look(raised: readonly Alarm[]): Promise<void>;
  /** Begins to send what is due. */
  sendDue(): Promise<void>;
  /** Channels that take nothing since an hour. */
  lateChannels(): Promise<string[]>;
  /** Waits for what is being sent, but not for long: it is sent again otherwise. */
  stop(): Promise<void>;
}

const lateAfterMs = 3_600_000;
const stopWaitMs = 5_000;

export function createAlertDesk(options: {
  store: AlertStore;
  outbox: Outbox;
  facts: AlertFacts;
  /** Asks the saved queries of rules. */
  sqlFacts: SqlFacts;
  timeZone: (slug: string) => string | undefined;
  clock: Clock;
  random: () => number;
  mailer: Mailer;
  composeMail: ComposeAlertMail;
  /** Sends the digests that lie in the same outbox. */
  sendDigest: Notifier;
  /** Where people reach the console, without a slash at the end. */
  consoleUrl: () => string;
  outgoing: OutgoingOptions;
}): AlertDesk {
  const { store, outbox, facts, sqlFacts, clock, mailer, composeMail, consoleUrl, outgoing } =
    options;
  const compose: ComposeNotice = (entry, channel) => {
    const title = titleOf(entry);
    if (channel.kind === 'webhook') {
      const { slack } = channel;
      const payload = webhookBody(entry, { slack, consoleUrl: consoleUrl() });
      return { kind: 'webhook', title, payload };
    }
    const sessionUrls = entry.sessions.map((id) => sessionUrl(consoleUrl(), entry.dataset, id));
    const mail = composeMail({ to: channel.to, title, entry, sessionUrls });
    return { kind: 'mail', title, payload: JSON.stringify(mail) };
  };
  const sqlWatch = createSqlWatch(sqlFacts);
  const watch = createAlertWatch({
    store,
    facts,
    sql: sqlWatch,
    clock,
    timeZone: options.timeZone,
    compose,
  });
  const system = watchSystemAlarms({ store, clock, compose });
  const dispatcher = createDispatcher({
    outbox,
    clock,
    random: options.random,
    notifiers: {
      mail: ({ id, payload }) => mailer.send(mailSchema.parse(JSON.parse(payload)), id),
      webhook: webhookNotifier({ channels: store.channels, clock, outgoing }),
      digest: options.sendDigest,
    },
  });
  let released: Promise<void> | undefined;

  async function sendDue(): Promise<void> {
    // Whoever had claimed something before the start is gone.
    released ??= outbox.releaseClaims();
    await released;
    await dispatcher.sendDue();
  }

  return {
    store,
    outbox,
    facts,
    sqlFacts,
    watch,
    sqlIdle: sqlWatch.idle,
    compose,
    outgoing,
    async look(raised) {
      try {
        await watch.look();
        await system.look(raised);
      } finally {
        await sendDue();
      }
    },
    sendDue,
    lateChannels: () => outbox.lateChannels(clock() - lateAfterMs),
    async stop() {
      sqlWatch.stop();
      let timer: NodeJS.Timeout | undefined;
      const waited = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, stopWaitMs);
      });
      await Promise.race([dispatcher.idle(), waited]);
      clearTimeout(timer);
    },
  };
}
