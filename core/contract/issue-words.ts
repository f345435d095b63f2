/** What is wrong with a value, in words for whoever sent it: a schema's own message where it has one. */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** How messages begin that no schema has written; the small build of Zod has a single one. */
const usual = /^(?:Too (?:big|small)|Invalid |Unrecognized keys?)/;

export const emptyWords = 'must not be empty';

const typeWords: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const figures = new Intl.NumberFormat('en');
const counted = (count: number | bigint, one: string, more: string) =>
  `${figures.format(count)} ${Number(count) === 1 ? one : more}`;

/** `must be at most 10,000`, to be read behind the name of the value. */
export function issueWords(issue: Issue): string {
  const { message } = issue;
  return usual.test(message) ? (words(issue) ?? message) : message;
}

function words(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'too_big': {
      const { origin, maximum, inclusive } = issue;
      if (origin === 'string')
        return `may have ${counted(maximum, 'character', 'characters')} at most`;
      if (isMany(origin)) return `may have ${counted(maximum, 'entry', 'entries')} at most`;
      return `must be ${inclusive === false ? 'less than' : 'at most'} ${figures.format(maximum)}`;
    }
    case 'too_small': {
      const { origin, minimum, inclusive } = issue;
      const isSize = origin === 'string' || isMany(origin);
      if (isSize && Number(minimum) <= 1) return emptyWords;
      if (origin === 'string')
        return `must have ${counted(minimum, 'character', 'characters')} at least`;
      if (isSize) return `must have ${counted(minimum, 'entry', 'entries')} at least`;
      return `must be ${inclusive === false ? 'more than' : 'at least'} ${figures.format(minimum)}`;
    }
    case 'invalid_type': {
      if (issue.message.endsWith('received undefined')) return 'is missing';
      const type = typeWords[issue.expected];
      return type && `must be ${type}`;
    }
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_union':
      // The types of Zod do not tell of the values of a discriminator.
      if ('options' in issue && Array.isArray(issue.options)) return oneOf(issue.options);
      return ofUnion(issue.errors);
    case 'invalid_format':
      return 'does not have the right form';
    case 'unrecognized_keys':
      return `there is no ${issue.keys.map((key) => JSON.stringify(key)).join(', ')} here`;
    default:
      return undefined;
  }
}

const oneOf = (values: readonly unknown[]) =>
  values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.map(String).join(', ')}`;

/** What each form lacks; where one is of the type that was sent, that is the one that was meant. */
function ofUnion(forms: readonly Issue[][]): string | undefined {
  const isOtherType = ({ code, path }: Issue) => code === 'invalid_type' && path.length === 0;
  const meant = forms.filter((issues) => !issues.some(isOtherType));
  const told = (meant.length > 0 ? meant : forms).map((issues) =>
    issues.map((issue) => [...issue.path, issueWords(issue)].join(': ')).join(' and '),
  );
  return [...new Set(told)].join(', or ') || undefined;
}

const isMany = (origin: string) => ['array', 'set', 'map', 'file'].includes(origin);
