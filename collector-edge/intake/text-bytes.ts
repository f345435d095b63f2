/**
 * Short texts to UTF-8, many of them in one buffer: to make a buffer for a short text costs more than to write the text. A
 * buffer goes when the last of its texts is gone, so they should live about equally long.
 */
const slabBytes = 65_536;
const bytesPerUnitMax = 3;

/** Gives the bytes of a text, and behind them others. */
export type TextBytes = (text: string, behind?: Uint8Array) => Uint8Array;

const none = new Uint8Array();

/** Makes an encoder with buffers of its own. */
export function createTextBytes(): TextBytes {
  const encoder = new TextEncoder();
  let slab = none;
  let used = 0;
  return (text, behind = none) => {
    const room = text.length * bytesPerUnitMax + behind.byteLength;
    if (used + room > slab.byteLength) {
      slab = new Uint8Array(Math.max(slabBytes, room));
      used = 0;
    }
    const start = used;
    used += encoder.encodeInto(text, slab.subarray(start)).written;
    slab.set(behind, used);
    used += behind.byteLength;
    return slab.subarray(start, used);
  };
}
