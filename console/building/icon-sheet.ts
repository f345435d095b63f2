/** Makes the one file of all icons: `import sheet from 'virtual:icon-sheet'` gives its address. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';
import { iconNames } from '../styles/icon-names.ts';

const { resolve } = createRequire(import.meta.url);

function symbolOf(name: string, file: string): string {
  const svg = readFileSync(resolve(`bootstrap-icons/icons/${file}.svg`), 'utf8');
  const inside = /<svg[^>]*>(.*)<\/svg>/s.exec(svg)?.[1];
  if (inside === undefined) throw new Error(`the icon ${file} is no SVG`);
  return `<symbol id="${name}" viewBox="0 0 16 16" fill="currentColor">${inside.trim()}</symbol>`;
}

/** @returns an SVG with a symbol for each icon, under the name it has in the console */
export function makeIconSheet(): string {
  const symbols = Object.entries(iconNames).map(([name, file]) => symbolOf(name, file));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`;
}

export function iconSheet(): Plugin {
  const id = 'virtual:icon-sheet';
  let isServed = false;
  return {
    name: 'canister-icon-sheet',
    configResolved: ({ command }) => {
      isServed = command === 'serve';
    },
    resolveId: (asked) => (asked === id ? `\0${id}` : undefined),
    load(asked) {
      if (asked !== `\0${id}`) return undefined;
      const source = makeIconSheet();
      // Tests of single elements run without a build: their icons come out of the script itself.
      if (isServed)
        return `export default URL.createObjectURL(new Blob([${JSON.stringify(source)}], { type: 'image/svg+xml' }));`;
      const file = this.emitFile({ type: 'asset', name: 'icons.svg', source });
      return `export default import.meta.ROLLUP_FILE_URL_${file};`;
    },
  };
}
