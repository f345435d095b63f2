/** What `canister event save` makes of its options and files. */

import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { EventDefinitionInput } from '../core/contract/event.ts';
import type { AttributeDraft, EventDraft } from '../core/contract/event-life.ts';
import { Problem } from '../core/contract/problem.ts';
import type { ApiClient } from '../core/http/api-client.ts';
import { changeKept } from './change-kept.ts';

export interface SaveOptions {
  name?: string;
  trigger?: EventDefinitionInput['trigger'];
  condition?: string;
  description?: string;
  track?: 'first' | 'last' | 'every';
  record?: string;
  actions?: string;
  dimensions?: string;
  attributes?: string;
  file?: string;
  buildingBlock?: boolean;
  inactive?: boolean;
  active?: boolean;
}

/** @param path of the dataset */
export const eventPath = (path: string, name: string) =>
  `${path}/events/${encodeURIComponent(name)}`;

/**
 * What is given changes what is there; what is not given stays.
 * @throws Problem `request_invalid`, `file_missing`, `not_json`, `event_invalid`
 */
export async function saveEvent(
  api: ApiClient,
  path: string,
  options: SaveOptions,
): Promise<EventDraft> {
  const { attributes: inFile, ...file } = readObject(options.file);
  const name = options.name ?? file.name;
  if (typeof name !== 'string') {
    throw new InvalidArgumentError('Give the event a name with --name.');
  }
  const present = await presentDraft(api, path, name);
  const definition = {
    ...present?.definition,
    ...file,
    ...given('trigger', options.trigger),
    ...given('condition', options.condition),
    ...given('description', options.description),
    ...given('track', options.track),
    ...given('record', options.record === undefined ? undefined : parseRecord(options.record)),
    ...given('actions', readList(options.actions)),
    ...given('dimensions', readList(options.dimensions)),
    ...(options.buildingBlock && { buildingBlock: true }),
    ...(options.inactive && { active: false }),
    ...(options.active && { active: true }),
    name,
  };
  if (!('trigger' in definition && 'condition' in definition)) {
    throw new InvalidArgumentError(`"${name}" is new: give it --trigger and --condition.`);
  }
  for (const attribute of [
    ...(Array.isArray(inFile) ? inFile : []),
    ...(readList(options.attributes) ?? []),
  ]) {
    const { name: called } = attribute as { name?: unknown };
    const where = `${path}/event-attributes/${encodeURIComponent(String(called))}`;
    await api.json<AttributeDraft>('PUT', where, attribute);
  }
  return await changeKept<EventDraft>(api, {
    path: eventPath(path, name),
    revision: present && String(present.revision),
    wanted: definition,
    look: `event show "${name}"`,
  });
}

async function presentDraft(
  api: ApiClient,
  path: string,
  name: string,
): Promise<EventDraft | undefined> {
  try {
    return await api.json<EventDraft>('GET', eventPath(path, name));
  } catch (error) {
    if (error instanceof Problem && error.code === 'event_unknown') return undefined;
    throw error;
  }
}

const given = (key: string, value: unknown) => (value === undefined ? {} : { [key]: value });

function parseRecord(text: string): EventDefinitionInput['record'] {
  if (text === 'count') return { kind: 'count' };
  const [kind, field] = [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)];
  if ((kind === 'number' || kind === 'text') && field !== '')
    return { kind, from: { kind: 'field', field } };
  throw new InvalidArgumentError(
    `--record takes count, or number or text and a field, such as number=response.bytes; not ${text.slice(0, 80)}.`,
  );
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Problem('file_missing', `${file} cannot be read.`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('not_json', `${file} holds no JSON: ${(cause as Error).message}`, { cause });
  }
}

function readObject(file: string | undefined): Record<string, unknown> {
  const value = file === undefined ? {} : readJson(file);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Problem('request_invalid', `${file} must hold one JSON object: the definition.`);
}

function readList(file: string | undefined): unknown[] | undefined {
  if (file === undefined) return undefined;
  const value = readJson(file);
  if (Array.isArray(value)) return value;
  throw new Problem('request_invalid', `${file} must hold a JSON list.`);
}
