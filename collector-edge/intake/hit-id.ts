/** Hit ids: UUIDs, as text in hits and as 16 bytes in the log. */

/** The bytes of a UUID that `hitSchema` has let through, with or without dashes. */
export function bytesOfHitId(text: string): Uint8Array {
  const bytes = new Uint8Array(16);
  let at = 0;
  let high = -1;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x2d) continue;
    // '0' to '9' are 0x30 to 0x39; with the bit of case set, 'a' to 'f' are 0x61 to 0x66.
    const digit = code < 0x40 ? code - 0x30 : (code | 0x20) - 0x57;
    if (high === -1) high = digit;
    else {
      bytes[at] = high * 16 + digit;
      at += 1;
      high = -1;
    }
  }
  return bytes;
}

/**
 * A new UUID of version 7, for hits whose sender could not make one.
 * @param atMs epoch milliseconds
 */
export function createHitId(atMs: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const time = atMs.toString(16).padStart(12, '0');
  const random = hexOf(bytes);
  const variant = '89ab'[(bytes[8] ?? 0) % 4];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(13, 16)}-${variant}${random.slice(17, 20)}-${random.slice(20)}`;
}

/** Bytes as lower-case hex digits. */
export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}
