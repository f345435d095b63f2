/** The condition of a search, as text or tree. In its text the last word of an indexed field stands for the field. */
import type { Condition } from '../contract/condition.ts';
import { Problem } from '../contract/problem.ts';
import { checkCondition } from './check-condition.ts';
import { parseCondition } from './parse.ts';
import { FaultAt } from './tokens.ts';

const namesMax = 100;

/**
 * @param indexed the fields of the index: where it has `request.form.username`, the text may say `username`
 * @throws Problem `condition_invalid`
 */
export function parseSearch(given: string | Condition, indexed: readonly string[]): Condition {
  if (typeof given !== 'string') return checkCondition(given, 'session');
  let text = given;
  for (let names = 0; ; names += 1) {
    try {
      return parseCondition(text, 'session');
    } catch (error) {
      const longer = names < namesMax ? withFieldOf(text, error, indexed) : undefined;
      if (longer === undefined) throw error;
      text = longer;
    }
  }
}

/** The text with the field in place of the short name at which it was not understood. */
function withFieldOf(text: string, error: unknown, indexed: readonly string[]): string | undefined {
  const fault = error instanceof Problem ? error.cause : undefined;
  if (!(fault instanceof FaultAt)) return undefined;
  const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(text.slice(fault.at))?.[0];
  const meant = indexed.filter((field) => field.endsWith(`.${name}`));
  if (name === undefined || meant.length === 0) return undefined;
  const [field] = meant;
  if (meant.length > 1) {
    throw new Problem(
      'condition_invalid',
      `"${name}" may be ${meant.join(' or ')}: write the whole name.`,
    );
  }
  return `${text.slice(0, fault.at)}${field}${text.slice(fault.at + name.length)}`;
}
