/** `npm run screenshots [-- FOLDER]`: starts the demo, takes a picture of every page, and says where they are. */
import { takeScreenshots } from '../console/screenshots.ts';
import { startProduct } from '../console/testing/product.ts';

const folder = process.argv[2] ?? 'screenshots';
const product = await startProduct({ command: 'demo' });
try {
  const paths = await takeScreenshots({ baseUrl: product.baseUrl, folder });
  process.stdout.write(`${paths.join('\n')}\n`);
} finally {
  await product.stop();
}
