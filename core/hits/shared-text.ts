/** Texts that many hits have in common, held once: hits stay in memory until their sessions are stored. */
import { memo } from './memo.ts';

const textsMax = 20_000;
const lengthMax = 200;
const known = memo((text) => text, textsMax);

/** The same text, for all hits that have it; long ones mostly stand alone, and are left. */
export const sharedText = (text: string): string => (text.length <= lengthMax ? known(text) : text);
