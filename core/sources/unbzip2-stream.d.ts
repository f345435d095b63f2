/** The package has no types of its own. */
declare module 'unbzip2-stream' {
  import type { Duplex } from 'node:stream';
  /** Takes compressed bytes by `write`, and gives the inflated ones by `data` events before `write` returns. */
  export default function unbzip2Stream(): Duplex;
}
