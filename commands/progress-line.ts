/** How far long work is, as one line of a terminal that is written over. Where nobody looks, nothing is written. */

/** What is written to: stderr, or a test's. */
export interface ProgressTarget {
  isTTY?: boolean | undefined;
  write(text: string): unknown;
}

export interface ProgressLine {
  /** Puts a text in the place of the one before; those that come too fast are left out. */
  show(text: string): void;
  /** Takes the line away. */
  end(): void;
}

const everyMs = 200;

/** @param nowMs a clock that only runs forward */
export function progressLine(
  target: ProgressTarget = process.stderr,
  nowMs: () => number = () => performance.now(),
): ProgressLine {
  if (target.isTTY !== true) return { show: () => undefined, end: () => undefined };
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    show(text) {
      if (nowMs() - shownAt < everyMs) return;
      shownAt = nowMs();
      target.write(`\r\u001b[K${text}`);
    },
    end() {
      if (shownAt !== Number.NEGATIVE_INFINITY) target.write('\r\u001b[K');
    },
  };
}

/** Shows a text with the seconds that work takes, until it is over. */
export async function whileWaiting<T>(
  line: ProgressLine,
  text: string,
  work: Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  const show = () => line.show(`${text} ${Math.round((performance.now() - startedAt) / 1_000)} s`);
  show();
  const timer = setInterval(show, 1_000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** `12.3 MB of 45.0 MB, 27 %` */
export function bytesDone(done: number, all: number): string {
  const mb = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;
  const share = all === 0 ? 100 : Math.floor((done / all) * 100);
  return `${mb(done)} of ${mb(all)}, ${share} %`;
}
