/** What is wrong with how a command was called, by the names that stand on the command line. */
import type { Command } from 'commander';
import { Problem } from '../core/contract/problem.ts';

/** Fields of the API whose options are called otherwise, both as programs name them. */
const optionOfField: Readonly<Record<string, string>> = {
  keepSessionsDays: 'keepDays',
  keepBytesMax: 'keepBytes',
  locations: 'from',
  schedule: 'cron',
  lateMs: 'lateMinutes',
  recipients: 'to',
  to: 'mail',
  'schedule.day': 'monthly',
  'schedule.expression': 'cron',
  'subject.name': 'saved',
  url: 'webhook',
  stages: 'stage',
};

/** Empty where a text may be taken away, or where its lack is what is to be tried. */
const mayBeEmpty = ['description', 'text', 'referrer', 'userAgent', 'address'];

/**
 * Refuses what is given and empty: mostly a variable of a shell that was not set.
 * @throws CommanderError
 */
export function refuseEmpty(command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName();
    const value: unknown = command.getOptionValue(name);
    const isEmpty = value === '' || (Array.isArray(value) && value.includes(''));
    if (isEmpty && !mayBeEmpty.includes(name))
      refuse(command, `option '${option.flags}' is empty. Give it a value, or leave it out.`);
  }
  command.registeredArguments.forEach((argument, index) => {
    if (argument.required && command.args[index] === '')
      refuse(command, `argument '${argument.name()}' is empty. Give it a value.`);
  });
}

function refuse(command: Command, says: string): never {
  command.error(`error: ${says}`, { exitCode: 2, code: 'canister.empty' });
}

/**
 * A refusal of fields, where options of the command gave them.
 * @returns undefined where none did
 */
export function inOptions(command: Command | undefined, error: unknown): string | undefined {
  if (command === undefined || !(error instanceof Problem)) return undefined;
  let isOfOptions = false;
  const parts = error.message.split('; ').map((part) => {
    const [, field = '', says] = /^([a-z]\w*(?:\.\w+)*): (.+)$/is.exec(part) ?? [];
    const flag = says === undefined ? undefined : flagOf(command, field);
    if (flag === undefined) return part;
    isOfOptions = true;
    return `${flag}: ${says}`;
  });
  return isOfOptions ? parts.join('; ') : undefined;
}

/** `source.locations.0` is `--from`, and `labels.1` is `--label`. */
function flagOf(command: Command, field: string): string | undefined {
  const names = field.split('.').filter((name) => !/^\d+$/.test(name));
  const wanted = [names.slice(-2).join('.'), names.at(-1) ?? '']
    .flatMap((name) => [optionOfField[name], camelCased(name), name.replace(/s$/, '')])
    .filter((name) => name !== undefined);
  const given = command.options.filter(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  for (const name of wanted) {
    const option = given.find((one) => one.attributeName() === name);
    if (option?.long) return option.long;
  }
  return undefined;
}

const camelCased = (name: string) =>
  name.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase());
