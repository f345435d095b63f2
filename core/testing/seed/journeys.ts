/** What people do in the demo's shop: one function a journey, each writing the hits of one session. */
import type { Route } from './audience.ts';
import type { HitWriter, Scene } from './hit-writer.ts';
import {
  articlePaths,
  brokenLinkReferrer,
  brokenPath,
  downloadPaths,
  listPaths,
  type Product,
  products,
  quietPaths,
  searchWords,
} from './site.ts';

interface Stage extends Pick<Scene, 'random' | 'nextOrder'> {
  writer: HitWriter;
  route: Route;
}

export interface Journey {
  name: string;
  weight: number;
  write(stage: Stage): void;
}

export const journeys: readonly Journey[] = [
  { name: 'look at one page', weight: 33, write: land },
  { name: 'look around', weight: 27, write: lookAround },
  { name: 'read the journal', weight: 10, write: readJournal },
  { name: 'search', weight: 10, write: search },
  { name: 'buy', weight: 3, write: buy },
  { name: 'leave the cart', weight: 7, write: leaveCart },
  { name: 'follow a broken link', weight: 2.5, write: followBrokenLink },
  { name: 'write to the shop', weight: 2.5, write: writeToShop },
  { name: 'take a download', weight: 2, write: takeDownload },
  { name: 'order the newsletter', weight: 1.5, write: orderNewsletter },
  { name: 'sign in', weight: 1.5, write: signIn },
];

/** Opens the page that the route leads to; gives the status. */
function land({ writer, random, route }: Stage): number {
  const path = {
    home: () => '/',
    list: () => random.pick(listPaths),
    product: () => productPath(random.pickWeighted(products)),
    article: () => random.pick(articlePaths),
  }[route.landing]();
  const { referrer } = route;
  const status = writer.page(
    route.query === undefined ? path : `${path}?${route.query}`,
    referrer === undefined ? {} : { referrer },
  );
  if (random.chance(0.3)) {
    writer.wait(3_000, 30_000);
    writer.act([{ kind: 'scroll', value: String(random.whole(10, 100)) }]);
  }
  return status;
}

/** Time on a page: mostly under a minute, and now and then a long pause that still is the same session. */
function read({ writer, random }: Stage) {
  if (random.chance(0.02)) writer.wait(8 * 60_000, 22 * 60_000);
  else if (random.chance(0.25)) writer.wait(60_000, 240_000);
  else writer.wait(6_000, 60_000);
}

function lookAround(stage: Stage) {
  const { writer, random } = stage;
  land(stage);
  const pages = random.whole(1, 8);
  for (let page = 0; page < pages; page += 1) {
    read(stage);
    const path = random.chance(0.6)
      ? productPath(random.pickWeighted(products))
      : random.pick([...listPaths, ...quietPaths]);
    const status = writer.page(path);
    if (status >= 500 && random.chance(0.6)) return;
  }
}

function readJournal(stage: Stage) {
  const { writer, random } = stage;
  land({ ...stage, route: { ...stage.route, landing: 'article' } });
  for (let page = random.whole(0, 3); page > 0; page -= 1) {
    read(stage);
    writer.page(random.pick(articlePaths));
    writer.wait(15_000, 90_000);
    writer.act([{ kind: 'scroll', value: String(random.whole(40, 100)) }]);
  }
}

function search(stage: Stage) {
  const { writer, random } = stage;
  land(stage);
  for (let tries = random.whole(1, 3); tries > 0; tries -= 1) {
    const word = random.pick(searchWords);
    const results = word === 'decaf' || word === 'matcha' ? 0 : random.whole(1, 6);
    read(stage);
    writer.act([{ kind: 'input', target: 'input#q', value: word }]);
    const status = writer.page(`/search?q=${encodeURIComponent(word)}`);
    if (status >= 500) return;
    writer.event({ name: 'Site searched', properties: { words: word, results } });
    if (results > 0 && random.chance(0.6)) {
      read(stage);
      writer.page(productPath(random.pickWeighted(products)));
    }
  }
}

/** Puts one to three products into the cart and opens it; gives them, or nothing when the shop failed. */
function fillCart(stage: Stage): Product[] {
  const { writer, random } = stage;
  land(stage);
  const chosen: Product[] = [];
  for (let count = random.whole(1, 3); count > 0; count -= 1) {
    const product = random.pickWeighted(products);
    read(stage);
    if (writer.page(productPath(product)) >= 500) continue;
    writer.wait(5_000, 60_000);
    chosen.push(product);
    writer.act([{ kind: 'click', target: 'button#add-to-cart' }], {
      name: 'Added to cart',
      properties: { product: product.slug, price: product.price, currency: 'EUR' },
    });
  }
  if (chosen.length === 0) return [];
  writer.wait(2_000, 30_000);
  return writer.page('/cart') >= 500 ? [] : chosen;
}

function leaveCart(stage: Stage) {
  const { writer, random } = stage;
  const chosen = fillCart(stage);
  if (chosen.length === 0 || random.chance(0.5)) return;
  writer.wait(5_000, 60_000);
  if (writer.page('/checkout') >= 500) return;
  writer.wait(10_000, 90_000);
  writer.act([{ kind: 'input', target: 'input#street' }]);
  if (random.chance(0.4)) {
    writer.wait(2_000, 20_000);
    writer.page('/delivery');
  }
}

function buy(stage: Stage) {
  const { writer, nextOrder } = stage;
  const chosen = fillCart(stage);
  if (chosen.length === 0) return;
  writer.wait(5_000, 45_000);
  if (writer.page('/checkout') >= 500) return;
  writer.wait(20_000, 150_000);
  writer.act([
    { kind: 'input', target: 'input#street' },
    { kind: 'input', target: 'input#city' },
    { kind: 'submit', target: 'form#checkout' },
  ]);
  if (writer.page('/checkout/thank-you') >= 500) return;
  const cents = chosen.reduce((sum, { price }) => sum + Math.round(price * 100), 0);
  writer.event({
    name: 'Purchase confirmed',
    properties: {
      orderId: nextOrder(),
      value: cents / 100,
      currency: 'EUR',
      items: chosen.length,
    },
  });
}

/** A blog links to a page that is gone. Most people leave at once. */
function followBrokenLink(stage: Stage) {
  const { writer, random } = stage;
  writer.page(brokenPath, { status: 404, referrer: brokenLinkReferrer });
  if (!random.chance(0.3)) return;
  read(stage);
  writer.page('/');
}

/** The contact form is broken: its script fails at each submit, and no event follows. People try again and again. */
function writeToShop(stage: Stage) {
  const { writer, random } = stage;
  land({ ...stage, route: { ...stage.route, landing: 'home' } });
  read(stage);
  writer.page('/contact');
  writer.wait(15_000, 90_000);
  writer.act([
    { kind: 'input', target: 'input#name' },
    { kind: 'input', target: 'textarea#message' },
  ]);
  for (let tries = random.whole(2, 6); tries > 0; tries -= 1) {
    writer.wait(1_500, 12_000);
    writer.act([
      { kind: 'submit', target: 'form#contact' },
      { kind: 'error', value: 'TypeError: captcha.verify is not a function' },
    ]);
  }
}

function takeDownload(stage: Stage) {
  const { writer, random } = stage;
  land(stage);
  read(stage);
  writer.act([{ kind: 'click', target: 'a.download' }]);
  writer.request(random.pick(downloadPaths), { status: 200, responseBytes: 1_482_133 });
}

/** The form that works: its event follows the submit. */
function orderNewsletter(stage: Stage) {
  const { writer } = stage;
  land(stage);
  read(stage);
  writer.page('/newsletter');
  writer.wait(8_000, 40_000);
  writer.act(
    [
      { kind: 'input', target: 'input#email' },
      { kind: 'submit', target: 'form#newsletter' },
    ],
    { name: 'Form submitted', properties: { form: 'newsletter' } },
  );
}

/** A forgotten password: one to four failures before it works, or does not. */
function signIn(stage: Stage) {
  const { writer, random } = stage;
  if (writer.page('/account/login') >= 500) return;
  for (let failures = random.whole(1, 4); failures > 0; failures -= 1) {
    writer.wait(5_000, 30_000);
    writer.act([{ kind: 'submit', target: 'form#login' }], { name: 'Login failed' });
  }
  if (random.chance(0.6)) {
    writer.wait(5_000, 30_000);
    writer.act([{ kind: 'submit', target: 'form#login' }], { name: 'Login succeeded' });
    writer.page('/');
  }
}

function productPath({ slug }: Product): string {
  return `/products/${slug}`;
}
