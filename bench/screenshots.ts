/** `npm run screenshots [-- FOLDER [ONLY]]`: starts the demo, takes a picture of every page (or of those whose name holds ONLY), and says where they are. */
import { takeScreenshots } from '../console/screenshots.ts';
import { startProduct } from '../console/testing/product.ts';

const folder = process.argv[2] ?? 'screenshots';
const only = process.argv[3] ?? '';
const product = await startProduct({ command: 'demo' });
try {
  const paths = await takeScreenshots({ baseUrl: product.baseUrl, folder, only });
  process.stdout.write(`${paths.join('\n')}\n`);
} finally {
  await product.stop();
}
