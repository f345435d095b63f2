/** Time is handed in. The program's one look at the wall clock is here; everything else takes a `Clock`. */

/** Gives the present instant in epoch milliseconds. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();
