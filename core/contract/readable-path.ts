/**
 * A path as its readers write it: `/blog/grüner-tee` in place of `/blog/gr%C3%BCner-tee`. For the eye alone: what is
 * stored, asked for and exported stays as it was requested.
 */
const outsideAscii = /(?:%[89A-F][0-9A-F])+/gi;
/** What has a shape and does not turn the direction of the text around it. */
const visible = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]+$/u;

/** Escapes of ASCII stay, for `%2F` is no slash; so does what is no UTF-8, or could not be seen. */
export function readablePath(path: string): string {
  return path.replaceAll(outsideAscii, (escaped) => {
    try {
      const text = decodeURIComponent(escaped);
      return visible.test(text) ? text : escaped;
    } catch {
      return escaped;
    }
  });
}
