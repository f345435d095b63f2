/**
 * Texts to UTF-8, many of them in one buffer: to make a buffer for a short text costs more than to write the text. A
 * buffer goes when the last of its texts is gone, so they should live about equally long.
 */
const slabBytes = 65_536;
const bytesPerUnitMax = 3;

/** Makes an encoder with buffers of its own. */
export function createTextBytes(): (text: string) => Uint8Array {
  const encoder = new TextEncoder();
  let slab = new Uint8Array();
  let used = 0;
  return (text) => {
    const room = text.length * bytesPerUnitMax;
    if (room > slabBytes) return encoder.encode(text);
    if (used + room > slab.byteLength) {
      slab = new Uint8Array(slabBytes);
      used = 0;
    }
    const start = used;
    used += encoder.encodeInto(text, slab.subarray(start)).written;
    return slab.subarray(start, used);
  };
}
