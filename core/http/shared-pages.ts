/**
 * /shared/…: the page of a shared link. It needs no sign-in: the link itself is the right to see one report, and where
 * it has a password, the password too. Nothing of it is cached, listed by search engines, or run as script.
 */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { html } from 'hono/html';
import type { SharedLinkDesk } from '../access/shared-link-desk.ts';
import { Problem } from '../contract/problem.ts';
import { describeError, type Log } from '../log.ts';
import { type CookieSettings, keepToHttps } from './cookies.ts';

export interface SharedPagesOptions extends CookieSettings {
  desk: Pick<SharedLinkDesk, 'open'>;
  /** The cut address of the client, such as `203.0.113.0`. */
  clientAddress: (c: Context) => string;
  log: Log;
}

const bodyBytesMax = 32_768;
const closed =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
const reportPolicy = `${closed}; form-action 'none'; sandbox`;
const askingPolicy = `${closed}; form-action 'self'`;
const style = `:root{color-scheme:light dark}body{margin:0 auto;max-width:36rem;padding:3rem 1.5rem;font:16px/24px system-ui,sans-serif;overflow-wrap:anywhere}h1{margin:0 0 .5rem;font-size:22px;line-height:28px}p{margin:0 0 1rem}label{display:block}input{display:block;box-sizing:border-box;width:100%;max-width:24rem;min-height:40px;margin:.25rem 0 1rem;padding:0 .75rem;font:inherit}button{min-height:40px;padding:0 1rem;font:inherit}`;

interface Words {
  title: string;
  text: string;
  status: 200 | 403 | 404 | 410 | 413 | 429 | 500;
  asks?: boolean;
}

const gone: Words = {
  title: 'This link does not work',
  text: 'It has expired, was revoked, or is not complete. Ask whoever sent it for a new one.',
  status: 404,
};

export function sharedPages({ desk, clientAddress, log, ...settings }: SharedPagesOptions): Hono {
  const app = new Hono();
  // No page of a dataset has such an address. One that was cut on its way is told to be so, too: its reader has no sign-in.
  const path = '/shared/:token{sl_.*}';

  const say = (c: Context, { title, text, status, asks = false }: Words) => {
    c.header('Content-Security-Policy', askingPolicy);
    if (status === 429) c.header('Retry-After', '60');
    return c.html(
      html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${style}</style></head>
<body><h1>${title}</h1><p${status === 200 ? '' : html` role="alert"`}>${text}</p>
${asks ? html`<form method="post"><label>Password<input type="password" name="password" required maxlength="256" autocomplete="off" autofocus></label><button type="submit">Show the report</button></form>` : ''}
</body>
</html>
`,
      status,
    );
  };

  async function answer(c: Context, password: string | undefined): Promise<Response> {
    const opened = await desk.open(c.req.param('token') ?? '', password, clientAddress(c));
    if (opened === undefined) return say(c, gone);
    if ('asks' in opened) {
      const [text, status] = opened.isWrong
        ? (['The password is not right. Try again.', 403] as const)
        : (['Whoever sent the link knows its password.', 200] as const);
      return say(c, { title: 'This report has a password', text, status, asks: true });
    }
    c.header('Content-Security-Policy', reportPolicy);
    return c.html(opened.page);
  }

  app.use(path, async (c, next) => {
    await next();
    keepToHttps(c, settings);
    c.header('Cache-Control', 'no-store');
    c.header('X-Robots-Tag', 'noindex, nofollow');
    c.header('Referrer-Policy', 'no-referrer');
    c.header('X-Content-Type-Options', 'nosniff');
  });
  app.get(path, (c) => answer(c, undefined));
  app.post(
    path,
    bodyLimit({
      maxSize: bodyBytesMax,
      onError: (c) => say(c, { title: 'This is too much', text: 'Send a password.', status: 413 }),
    }),
    async (c) => {
      const { password } = await c.req.parseBody();
      return await answer(c, typeof password === 'string' ? password : '');
    },
  );
  app.onError((error, c) => {
    const refused = error instanceof Problem ? error.code : undefined;
    if (refused === 'guesses_too_many')
      return say(c, {
        title: 'There were too many tries',
        text: 'Wait a minute, then open the link again.',
        status: 429,
      });
    // What is wrong is the affair of those who made the report, not of a stranger.
    const { error: said, at } = describeError(error);
    log('warning', 'shared_report_failed', `A shared report cannot be shown: ${said}`, {
      error: said,
      at,
    });
    const text = 'It cannot be made at the moment. Ask whoever sent the link.';
    const status = refused === undefined ? 500 : 410;
    return say(c, { title: 'This report cannot be shown', text, status });
  });
  return app;
}
