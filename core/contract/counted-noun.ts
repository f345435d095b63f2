/** Counts in the sentences of the command line and of the server, which are English. */

/** @example countedNoun(1, 'session') is `1 session`, and of two it is `2 sessions` */
export const countedNoun = (count: number, noun: string): string =>
  `${count} ${count === 1 ? noun : plural(noun)}`;

/** @example countedAre(1, 'session') is `1 session is` */
export const countedAre = (count: number, noun: string): string =>
  `${countedNoun(count, noun)} ${count === 1 ? 'is' : 'are'}`;

const plural = (noun: string): string =>
  noun.endsWith('ry') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
