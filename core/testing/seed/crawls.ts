/** What robots do in the demo's shop: crawlers read on, monitors knock, scanners look for what is not there. */
import type { HitWriter, Scene } from './hit-writer.ts';
import { forgottenPaths, type Robot, scannedPaths } from './robots.ts';
import { articlePaths, listPaths, products, quietPaths } from './site.ts';

/** Writes the hits of one session of a robot: ten minutes at the most. */
export function crawl(robot: Robot, writer: HitWriter, { random }: Scene) {
  if (robot.kind === 'monitor') {
    writer.request('/', { status: 200, method: 'HEAD' });
    return;
  }
  if (robot.kind === 'scanner') {
    const first = random.whole(0, scannedPaths.length - 1);
    for (const path of scannedPaths.slice(first)) {
      writer.wait(200, 2_000);
      writer.request(path, { status: 404 });
    }
    return;
  }
  writer.request('/robots.txt', { status: 200, responseBytes: 214 });
  const shown = [...products.map(({ slug }) => `/products/${slug}`), ...articlePaths];
  for (let pages = random.whole(2, 12); pages > 0; pages -= 1) {
    writer.wait(1_000, 40_000);
    // A crawler comes to each page by itself: it tells no referrer.
    if (random.chance(0.08)) writer.request(random.pick(forgottenPaths), { status: 404 });
    else writer.page(random.pick(['/', ...shown, ...listPaths, ...quietPaths]), { referrer: '' });
  }
}
