/** `GET /tracker.js` and `/vitals.js`: the scripts that pages load. */
import type { Context } from 'hono';
import { isNotModified, openToAll } from './answers.ts';

const cacheSeconds = 3_600;

/** @param script as it was built */
export function getPageScript(script: string) {
  const etag = `"${fingerprint(script)}"`;
  const headers = {
    ...openToAll,
    'Cache-Control': `public, max-age=${cacheSeconds}`,
    'Cross-Origin-Resource-Policy': 'cross-origin',
    ETag: etag,
  };
  return (c: Context): Response => {
    if (isNotModified(c, etag)) return new Response(null, { status: 304, headers });
    return new Response(script, {
      headers: { ...headers, 'Content-Type': 'text/javascript; charset=utf-8' },
    });
  };
}

/** FNV-1a over the characters: it tells versions apart, nothing more is asked of it. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return `${text.length.toString(36)}-${(hash >>> 0).toString(36)}`;
}
