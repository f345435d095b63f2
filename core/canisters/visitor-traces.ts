/** What tells that something of a visitor is left: keys, ids, and the values that nobody else's sessions hold. */
import type { TraceKind } from '../contract/erasure.ts';
import { hitLimits } from '../contract/hit.ts';
import type { Session } from '../contract/session.ts';
import { allHits } from '../sessions/excluded-hits.ts';
import type { ScannedSession } from './long-term.ts';
import { TraceScan, traceBytesMin } from './trace-scan.ts';

/** Shorter values are found in any file by chance. */
const valueLengthMin = 12;
const valuesMax = 5_000;
/** What programs and settings say, not visitors. */
const commonNames = new Set([
  ...['userAgent', 'technology', 'endReason', 'dataset', 'host', 'origin'],
  ...['channel', 'medium', 'clickId', 'excludedBy', 'region', 'city'],
]);

export interface Trace {
  kind: TraceKind;
  /** The bytes, in base64. */
  bytes: string;
}

export type KeptOfVisitor = Pick<ScannedSession, 'devices'> & {
  session: Session;
  lineage?: { parts?: readonly { session: { visitor: string }; devices: readonly string[] }[] };
};

/** Whether a session is of the visitor who has one of these keys, by its visitor key or by a device of it. */
export function isOfVisitor(keys: ReadonlySet<string>, kept: KeptOfVisitor): boolean {
  const { session, devices, lineage } = kept;
  return (
    keys.has(session.visitor) ||
    devices.some((device) => keys.has(device)) ||
    (lineage?.parts ?? []).some(
      (part) => keys.has(part.session.visitor) || part.devices.some((device) => keys.has(device)),
    )
  );
}

/** Gathers the traces of sessions that are to go, and drops those that others have, too. */
export class TraceBook {
  readonly #named = new Map<string, Trace>();
  readonly #values = new Map<string, Trace>();

  addKey(key: string): void {
    if (Buffer.byteLength(key) >= traceBytesMin) this.#name('visitor_key', Buffer.from(key));
  }

  addHitId(hex: string): void {
    this.#addId('hit_id', hex);
  }

  addSession(session: Pick<Session, 'id' | 'hits' | 'excludedHits'>): void {
    this.#addId('session_id', session.id);
    for (const hit of allHits(session)) this.#addId('hit_id', hit.id);
    this.addValues(session);
  }

  /** Every text in it, at any depth. */
  addValues(value: unknown): void {
    if (this.#values.size >= valuesMax) return;
    if (typeof value === 'string') {
      if (value.length < valueLengthMin || value.length > hitLimits.urlLengthMax) return;
      const bytes = Buffer.from(value).toString('base64');
      this.#values.set(bytes, { kind: 'value', bytes });
    } else if (typeof value === 'object' && value !== null)
      for (const [name, part] of Object.entries(value))
        if (!commonNames.has(name)) this.addValues(part);
  }

  /** Makes what takes the text of each session that stays; `drop` then forgets the values that were met in one. */
  others(): { meet(text: string): void; drop(): void } {
    const traces = [...this.#values.values()];
    // As they stand in JSON, where some characters are written otherwise.
    const scan = new TraceScan(traces.map(({ bytes }) => jsonBytes(bytes)));
    const met = new Set<number>();
    return {
      meet: (text) => scan.scan(Buffer.from(text), (index) => met.add(index)),
      drop: () => {
        for (const index of met) this.#values.delete(traces[index]?.bytes ?? '');
      },
    };
  }

  list(): Trace[] {
    const values = [...this.#values.values()].filter(({ bytes }) => !this.#named.has(bytes));
    return [...this.#named.values(), ...values];
  }

  #addId(kind: TraceKind, id: string): void {
    const hex = id.replaceAll('-', '');
    this.#name(kind, Buffer.from(hex));
    const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
    this.#name(kind, Buffer.from([...parts, hex.slice(20)].join('-')));
    // As a BLOB column has it.
    this.#name(kind, Buffer.from(hex, 'hex'));
  }

  #name(kind: TraceKind, raw: Buffer): void {
    const bytes = raw.toString('base64');
    this.#named.set(bytes, { kind, bytes });
  }
}

const jsonBytes = (base64: string) =>
  Buffer.from(JSON.stringify(Buffer.from(base64, 'base64').toString()).slice(1, -1));
