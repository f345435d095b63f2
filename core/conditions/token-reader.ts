/** Goes through tokens; says what was expected where something else stands, and how deep it may go. */
import { conditionLimits } from '../contract/condition.ts';
import { FaultAt, type Token } from './tokens.ts';

export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 1;

  /** @param tokens ending with one of the kind `end` */
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  isWord(word: string, ahead = 0): boolean {
    const { kind, value } = this.peek(ahead);
    return kind === 'word' && value.toLowerCase() === word;
  }

  /** Takes all of some words or one sign, when they stand here. */
  take(...words: string[]): boolean {
    const fits = words.every((word, ahead) => {
      const { kind, value } = this.peek(ahead);
      return (kind === 'word' || kind === 'sign') && value.toLowerCase() === word;
    });
    if (fits) this.#at += words.length;
    return fits;
  }

  expect(word: string): void {
    if (!this.take(word)) throw this.fault(`"${word}"`);
  }

  wholeNumber(min: number, max: number): number {
    const token = this.peek();
    const value = Number(token.value);
    if (token.kind !== 'number') throw this.fault('a whole number');
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new FaultAt(`Expected a whole number from ${min} to ${max}.`, token.at);
    }
    this.#at += 1;
    return value + 0;
  }

  /** One level further in. */
  deeper<T>(read: () => T): T {
    const { depthMax } = conditionLimits;
    this.#depth += 1;
    if (this.#depth > depthMax) {
      throw new FaultAt(
        `The condition is nested more than ${depthMax} levels deep. Make events of its parts.`,
        this.peek().at,
      );
    }
    const result = read();
    this.#depth -= 1;
    return result;
  }

  fault(expected: string): FaultAt {
    const { kind, value, at } = this.peek();
    const shown = kind === 'text' ? 'a text' : `"${value.slice(0, 40)}"`;
    const found = kind === 'end' ? 'the condition ends' : `there is ${shown}`;
    return new FaultAt(`Expected ${expected}, but ${found}.`, at);
  }
}
