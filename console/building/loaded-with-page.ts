/**
 * Lets the browser fetch the frame of the console together with the start: the start loads it once it knows the
 * language, and would otherwise ask for it only then.
 */
import type { Plugin } from 'vite';

export function loadedWithPage(): Plugin {
  return {
    name: 'canister-loaded-with-page',
    transformIndexHtml: {
      order: 'post',
      handler(_page, { bundle = {} }) {
        const frame = Object.values(bundle).find(
          (part) => part.type === 'chunk' && part.name === 'frame',
        );
        if (frame === undefined) return [];
        const attrs = { rel: 'modulepreload', crossorigin: true, href: `/${frame.fileName}` };
        return [{ tag: 'link', attrs, injectTo: 'head' as const }];
      },
    },
  };
}
