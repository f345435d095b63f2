/** The commands for the channels that notices go to, and for what became of notices. */

import { InvalidArgumentError } from 'commander';
import type { AlertChannel, Delivery } from '../core/contract/alert.ts';
import { showInvisible } from '../reports/html/format.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import { list } from './option-values.ts';
import type { CommandDesk } from './upkeep.ts';

const path = '/api/channels';

interface ChannelOptions {
  mail: string[];
  webhook?: string;
  slack?: boolean;
  secret?: string;
  systemAlarms?: boolean;
}

export function addChannelCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const channel = group('channel', 'say where notices of alerts go');

  channel('list', 'list the channels').action(async (options: O) => {
    const { channels } = await withApi(options, (api) =>
      api.json<{ channels: AlertChannel[] }>('GET', path),
    );
    if (options.json) outJson(channels);
    else out(describeChannels(channels));
  });

  channel('save <name>', 'make a channel, or change the one of its name')
    .option('--mail <address>', 'send mails to this address (repeat for several)', list, [])
    .option('--webhook <url>', 'send a signed request to this address')
    .option('--slack', 'webhook: send what Slack and its like take')
    .option('--secret <secret>', 'webhook: sign with this (whsec_…) instead of a new secret')
    .option('--system-alarms', 'tell it also of alarms of the server itself')
    .action(async (name: string, options: O & ChannelOptions) => {
      const saved = await withApi(options, (api) =>
        api.json<AlertChannel>('PUT', path, channelOf(name, options)),
      );
      if (options.json) outJson(saved);
      else out(describeSaved(saved));
    });

  channel('delete <name>', 'delete a channel that no alert uses').action(
    async (name: string, options: O) => {
      const done = await withApi(options, (api) =>
        api.json<{ deleted: string }>('DELETE', `${path}/${encodeURIComponent(name)}`),
      );
      if (options.json) outJson(done);
      else out(`Deleted the channel "${done.deleted}".`);
    },
  );

  channel('test <name>', 'send a notice of no meaning; the server sends it when it runs').action(
    async (name: string, options: O) => {
      const done = await withApi(options, (api) =>
        api.json<{ id: string }>('POST', `${path}/${encodeURIComponent(name)}/test`),
      );
      if (options.json) outJson(done);
      else
        out(`Put into the outbox as ${done.id}. What becomes of it: canister channel deliveries`);
    },
  );

  channel('deliveries', 'list what became of notices and mails, newest first').action(
    async (options: O) => {
      const { deliveries } = await withApi(options, (api) =>
        api.json<{ deliveries: Delivery[] }>('GET', '/api/deliveries'),
      );
      if (options.json) outJson(deliveries);
      else out(describeDeliveries(deliveries));
    },
  );
}

function channelOf(name: string, options: ChannelOptions): Record<string, unknown> {
  const { mail, webhook, slack, secret, systemAlarms = false } = options;
  if (mail.length > 0 !== (webhook === undefined))
    throw new InvalidArgumentError('Give --mail or --webhook, and not both.');
  if (webhook === undefined) return { name, kind: 'mail', to: mail, systemAlarms };
  return { name, kind: 'webhook', url: webhook, slack: slack === true, secret, systemAlarms };
}

function describeSaved(channel: AlertChannel): string {
  const saved = `Saved the channel "${channel.name}".`;
  if (channel.kind === 'mail') return saved;
  return `${saved}\nIt signs with ${channel.secret}\nKeep this: it is not shown again.`;
}

function describeChannels(channels: readonly AlertChannel[]): string {
  if (channels.length === 0) return 'There is no channel yet.';
  const rows = channels.map((channel) => [
    showInvisible(channel.name),
    channel.kind,
    showInvisible(channel.kind === 'mail' ? channel.to.join(', ') : channel.url),
    channel.systemAlarms ? 'yes' : 'no',
  ]);
  return alignColumns([['channel', 'kind', 'to', 'system alarms'], ...rows], () => false).join(
    '\n',
  );
}

function describeDeliveries(deliveries: readonly Delivery[]): string {
  if (deliveries.length === 0) return 'Nothing was sent yet.';
  const rows = deliveries.map(({ createdAt, state, tries, channel, title, lastError }) => [
    new Date(createdAt).toISOString(),
    state,
    String(tries),
    showInvisible(channel),
    showInvisible(title),
    showInvisible(state === 'sent' ? '' : (lastError ?? '')),
  ]);
  return alignColumns(
    [['since', 'state', 'tries', 'channel', 'title', 'error'], ...rows],
    (column) => column === 2,
  ).join('\n');
}
