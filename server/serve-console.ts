/** The console's files, and the users' docs, over HTTP. */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Hono } from 'hono';
import { isSecure } from '../core/http/cookies.ts';
import { built, projectRoot } from './built.ts';

const hstsSeconds = 31_536_000;
const consolePolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types lit-html canister";

/**
 * The built console; every path that is no file is a page of it. Its files are no secret: what they show comes from
 * the API, which asks who is there.
 */
export function serveConsole(app: Hono, consoleUrl: () => string): void {
  const folder = fileURLToPath(built('../console'));
  const page = join(folder, 'index.html');
  if (!existsSync(page)) return;
  const index = readFileSync(page, 'utf8');
  app.use('*', async (c, next) => {
    await next();
    c.header('Content-Security-Policy', consolePolicy);
    if (isSecure(c, { consoleUrl }))
      c.header('Strict-Transport-Security', `max-age=${hstsSeconds}; includeSubDomains`);
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Referrer-Policy', 'no-referrer');
    c.header(
      'Cache-Control',
      // What is not there may come with the next version: only what is there never changes.
      c.req.path.startsWith('/assets/') && c.res.ok
        ? 'public, max-age=31536000, immutable'
        : 'no-cache',
    );
  });
  app.get('/docs/:file{[a-z-]+\\.md}', async (c) => {
    const file = join(projectRoot, 'docs', c.req.param('file'));
    return existsSync(file) ? c.text(await readFile(file, 'utf8')) : c.notFound();
  });
  app.get('*', serveStatic({ root: folder, precompressed: true }));
  // A page that was loaded before an upgrade asks for files that are gone: that is no page of the console.
  app.get('/assets/*', (c) => c.notFound());
  app.get('*', (c) => c.html(index));
}
