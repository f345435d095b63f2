import { chromium } from 'playwright-core';
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const shot = async (url, name, width, scheme, full = true) => {
  const c = await b.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, reducedMotion: 'reduce', locale: 'en-GB' });
  const p = await c.newPage(); const errs = [];
  p.on('console', (m) => m.type() === 'error' && errs.push(m.text())); p.on('pageerror', (e) => errs.push(String(e)));
  await p.goto(url); await p.waitForTimeout(2500);
  const wide = await p.evaluate(() => document.documentElement.scrollWidth);
  console.log(name, width, 'scrollWidth', wide, errs.slice(0, 3).join(' | '));
  await p.screenshot({ path: `/tmp/h-shots/${name}-${width}-${scheme}.png`, fullPage: full }); await c.close();
};
const what = process.argv.slice(2);
for (const w of what) { const [url, name, width, scheme] = w.split(','); await shot(url, name, Number(width), scheme); }
await b.close();
