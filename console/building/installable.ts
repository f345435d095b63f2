/** What makes the console installable and readable without its server: icons as PNG, the list of its files, and each file compressed. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import type { Plugin } from 'vite';

const pngPixels = [180, 192, 512];
const brotliQuality = 9;
const compressibleBytesMin = 1_024;
/** The part of a maskable icon that every mask leaves whole is the inner 80 %. */
const maskableMargin = 0.1;

/** @param drawing the icon, 32 units wide */
function pngOf(drawing: string, pixels: number): Uint8Array {
  return new Resvg(drawing, { fitTo: { mode: 'width', value: pixels } }).render().asPng();
}

/** The icon on a ground that goes to every edge, smaller, so that a mask cuts nothing off. */
function maskable(drawing: string): string {
  const inside = /<svg[^>]*>(.*)<\/svg>/s.exec(drawing)?.[1] ?? '';
  const ground = /<rect[^>]*fill="([^"]+)"/.exec(inside)?.[1] ?? '#000';
  const scale = 1 - 2 * maskableMargin;
  const shift = 32 * maskableMargin;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" fill="${ground}"/><g transform="translate(${shift} ${shift}) scale(${scale})">${inside}</g></svg>`;
}

/** Puts the icons of the installed console beside its pages. @param file the drawing, as SVG */
export function installIcons(file: string): Plugin {
  return {
    name: 'canister-install-icons',
    applyToEnvironment: ({ name }) => name === 'client',
    generateBundle() {
      const drawing = readFileSync(file, 'utf8');
      for (const pixels of pngPixels)
        this.emitFile({
          type: 'asset',
          fileName: `icon-${pixels}.png`,
          source: pngOf(drawing, pixels),
        });
      const source = pngOf(maskable(drawing), 512);
      this.emitFile({ type: 'asset', fileName: 'icon-maskable.png', source });
    },
  };
}

/** The built files below a folder, as addresses. */
function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length))
    .filter((path) => !/^\/service-worker\.js$|\.br$/.test(path))
    .sort();
}

/** Lets the service worker know what to keep: `import files from 'virtual:console-files'`. @param folder the built console */
export function consoleFiles(folder: string): Plugin {
  const id = 'virtual:console-files';
  const revisionOf = (path: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex')
      .slice(0, 16);
  return {
    name: 'canister-console-files',
    resolveId: (asked) => (asked === id ? `\0${id}` : undefined),
    load(asked) {
      if (asked !== `\0${id}`) return undefined;
      // The name of an asset already says what it holds.
      const files = filesOf(folder).map((url) => ({
        url,
        revision: url.startsWith('/assets/') ? null : revisionOf(url),
      }));
      return `export default ${JSON.stringify(files)};`;
    },
  };
}

/** Compresses what is text once, at the build: the server then sends the smaller file. @param folder the built console */
export function compressConsole(folder: string): void {
  for (const path of [...filesOf(folder), '/service-worker.js']) {
    if (!/\.(js|css|svg|html|webmanifest)$/.test(path)) continue;
    const text = readFileSync(join(folder, path));
    if (text.length < compressibleBytesMin) continue;
    const params = { [constants.BROTLI_PARAM_QUALITY]: brotliQuality };
    writeFileSync(join(folder, `${path}.br`), brotliCompressSync(text, { params }));
  }
}
