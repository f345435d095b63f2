/**
 * /unsubscribe/…: the page of the link in a digest. It needs no sign-in: the link itself is the right, for one recipient
 * of one subscription. Looking at it changes nothing, since mail programs open links by themselves; the POST of its
 * button, or of a mail program (RFC 8058), does.
 */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { html } from 'hono/html';

export interface Unsubscribed {
  subscription: string;
  recipient: string;
  /** True once the recipient gets nothing any more. */
  isDone: boolean;
}

/** Undefined where a link is not signed, or its subscription is gone. */
export interface UnsubscribeDesk {
  read(token: string): Promise<Unsubscribed | undefined>;
  unsubscribe(token: string): Promise<Unsubscribed | undefined>;
}

const bodyBytesMax = 4_096;
const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const style = `:root{color-scheme:light dark}body{margin:0 auto;max-width:36rem;padding:3rem 1.5rem;font:16px/24px system-ui,sans-serif;overflow-wrap:anywhere}h1{margin:0 0 .5rem;font-size:22px;line-height:28px}p{margin:0 0 1rem}button{min-height:40px;padding:0 1rem;font:inherit}`;

/** What the page says, and whether its button is shown. */
function words(found: Unsubscribed | undefined): { title: string; text: string; asks: boolean } {
  if (found === undefined)
    return {
      title: 'This link is not valid',
      text: 'The subscription was deleted, or the link is not complete. Copy it whole from the mail.',
      asks: false,
    };
  const { subscription, recipient, isDone } = found;
  if (isDone)
    return {
      title: 'Unsubscribed',
      text: `${recipient} gets no more mails of “${subscription}”.`,
      asks: false,
    };
  return {
    title: 'Unsubscribe?',
    text: `${recipient} gets the mails of “${subscription}”.`,
    asks: true,
  };
}

export function unsubscribeRoutes(desk: UnsubscribeDesk): Hono {
  const app = new Hono();
  // No dataset's page has such an address: the token holds a dot and is long.
  const path = '/unsubscribe/:token{[A-Za-z0-9_-]{10,500}\\.[A-Za-z0-9_-]{43}}';
  const page = (found: Unsubscribed | undefined) => {
    const { title, text, asks } = words(found);
    return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${style}</style></head>
<body><h1>${title}</h1><p>${text}</p>
${asks ? html`<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button type="submit">Unsubscribe</button></form>` : ''}
</body>
</html>
`;
  };
  app.use(path, bodyLimit({ maxSize: bodyBytesMax }), async (c, next) => {
    await next();
    c.header('Content-Security-Policy', pagePolicy);
    c.header('Cache-Control', 'no-store');
    c.header('Referrer-Policy', 'no-referrer');
    c.header('X-Content-Type-Options', 'nosniff');
  });
  app.get(path, async (c) => {
    const found = await desk.read(c.req.param('token'));
    return c.html(page(found), found ? 200 : 404);
  });
  app.post(path, async (c) => {
    const found = await desk.unsubscribe(c.req.param('token'));
    return c.html(page(found), found ? 200 : 404);
  });
  return app;
}
