/**
 * ECharts empties its elements by setting their markup to nothing. Under trusted types no text may become markup, not
 * even the empty one, so the build lets it remove the nodes instead.
 */
import type { Plugin } from 'vite';

const emptying = /\.innerHTML = (?:''|null);/g;

export function emptiedByNodes(): Plugin {
  return {
    name: 'canister-emptied-by-nodes',
    transform: {
      filter: { id: /node_modules\/(?:echarts|zrender)\// },
      handler(code) {
        const emptied = code.replace(emptying, '.replaceChildren();');
        return emptied === code ? undefined : { code: emptied, map: null };
      },
    },
  };
}
