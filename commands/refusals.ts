/**
 * What is wrong with how a command was called, by the names that stand on the command line. The exit code is 2 for it:
 * for what the parser refuses, for an `InvalidArgumentError` of a command's own, and for fields and ranges that the API
 * refuses where the command line, not a file, gave them. What is refused for what the data folder or a file holds is 1.
 */
import type { Command, Option } from 'commander';
import { Problem, type ProblemCode } from '../core/contract/problem.ts';

/** Fields of the API whose options are called otherwise, both as programs name them. */
const optionOfField: Readonly<Record<string, string>> = {
  keepSessionsDays: 'keepDays',
  keepBytesMax: 'keepBytes',
  latestMinutes: 'latest',
  locations: 'from',
  range: 'from',
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

/** Refusals that name no field, and the options that they speak of. */
const optionsOfCode: Partial<Record<ProblemCode, readonly string[]>> = {
  date_range_invalid: ['from', 'to'],
  import_format_unknown: ['format'],
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

/** Options whose value is a file of fields: what a field of it lacks is no fault of the command line. */
const filesOfFields = ['file', 'actions', 'dimensions', 'attributes', 'rules'];

/**
 * A refusal of fields or of a range of days, where options or arguments of the command gave them or should have.
 * @returns undefined where none did
 */
export function inOptions(command: Command | undefined, error: unknown): string | undefined {
  if (command === undefined || !(error instanceof Problem)) return undefined;
  const causes = optionsOfCode[error.code] ?? [];
  if (causes.some((name) => isGiven(command, name))) return error.message;
  let isOfOptions = false;
  const parts = error.message.split('; ').map((part) => {
    const [, field = '', says] = /^([a-z]\w*(?:\.\w+)*): (.+)$/is.exec(part) ?? [];
    const name = says === undefined ? undefined : givenName(command, field, error);
    if (name === undefined) return part;
    isOfOptions = true;
    return `${name}: ${says}`;
  });
  return isOfOptions ? parts.join('; ') : undefined;
}

/** What `auto` does not know is no fault of who said it. */
const isGiven = (command: Command, name: string) =>
  command.getOptionValueSource(name) === 'cli' && command.getOptionValue(name) !== 'auto';

/** `source.locations.0` is `--from`, `labels.1` is `--label`, and `slug` may be an argument. */
function givenName(command: Command, field: string, { code }: Problem): string | undefined {
  const names = field.split('.').filter((name) => !/^\d+$/.test(name));
  const wanted = [names.slice(-2).join('.'), names.at(-1) ?? '']
    .flatMap((name) => [optionOfField[name], camelCased(name), name.replace(/s$/, '')])
    .filter((name) => name !== undefined);
  const given = command.options.filter((option) => isGiven(command, option.attributeName()));
  const flag = flagIn(given, wanted);
  if (flag !== undefined) return flag;
  if (
    !code.endsWith('_invalid') ||
    takesFile(command) ||
    filesOfFields.some((name) => isGiven(command, name))
  )
    return undefined;
  const ofArgument = command.registeredArguments.some((argument) => argument.name() === field);
  return ofArgument ? field : flagIn(command.options, wanted);
}

const takesFile = (command: Command) =>
  command.registeredArguments.some((argument) => argument.name() === 'file');

function flagIn(options: readonly Option[], wanted: readonly string[]): string | undefined {
  for (const name of wanted) {
    const option = options.find((one) => one.attributeName() === name);
    if (option?.long) return option.long;
  }
  return undefined;
}

const camelCased = (name: string) =>
  name.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase());
