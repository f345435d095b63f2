/**
 * Builds what runs: the scripts of pages, the console, the Node program and the edge worker
 * (`vite build --app`), and sets up the tests (`vitest run`).
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { emptiedByNodes } from './console/building/emptied-by-nodes.ts';
import { iconSheet } from './console/building/icon-sheet.ts';
import { compressConsole, consoleFiles, installIcons } from './console/building/installable.ts';
import { loadedWithPage } from './console/building/loaded-with-page.ts';
import { chromiumFlags, chromiumPath } from './console/testing/chromium.ts';
import { retriedTests } from './core/testing/retried-tests.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const at = (path: string) => here + path;
const testing = process.env.VITEST !== undefined;
/** `FAIL_POINTS=1 vite build --app`: the program with its fail points, which the kill loop and the like run. */
const failing = process.env.FAIL_POINTS !== undefined;
const dist = failing ? 'dist-failing' : 'dist';

/** Lets the edge worker carry the scripts of pages as texts: `import script from 'virtual:tracker-script'`. */
function pageScripts(): Plugin {
  const name = /^\0?virtual:(tracker|vitals)-script$/;
  return {
    name: 'canister-page-scripts',
    resolveId: (id) => (name.test(id) ? `\0${id}` : undefined),
    load(id) {
      const [, script] = name.exec(id) ?? [];
      if (script === undefined) return undefined;
      return `export default ${JSON.stringify(readFileSync(at(`dist/tracker/${script}.js`), 'utf8'))};`;
    },
  };
}

/** A script of pages, in one file that runs where it is loaded. */
const pageScript = (name: string) => ({
  consumer: 'client' as const,
  build: {
    outDir: at(`${dist}/tracker`),
    emptyOutDir: false,
    target: 'es2018',
    rollupOptions: {
      input: at(`collector-edge/tracker/${name}.ts`),
      output: { format: 'iife' as const, entryFileNames: `${name}.js` },
    },
  },
});

/**
 * What comes in which file: the start, which settles the language; the frame; and what pages have in common, few files
 * instead of one for each module that two pages share, because each costs a question and an answer.
 */
const consoleParts = {
  groups: [
    {
      name: 'start',
      // With what texts are written in: were it in the frame, the texts would load the frame, which then begins without them.
      test: /[\\/]console[\\/]main\.ts$|[\\/]node_modules[\\/](?:lit(?:-html|-element)?|@lit[\\/](?:localize|reactive-element))[\\/]/,
      priority: 3,
    },
    { name: 'frame', test: /[\\/]console[\\/]app-shell\.ts$/, priority: 2 },
    {
      name: 'part',
      test: /[\\/](console|node_modules)[\\/](?!zod)/,
      minShareCount: 2,
      entriesAware: true,
      entriesAwareMergeThreshold: 4_000,
    },
  ],
};

/** Packages of many small files go into the program's: each thread would look for, read and keep every one of them. */
const inFewFiles = [
  'zod',
  '@hono/zod-openapi',
  '@hono/zod-validator',
  '@asteasolutions/zod-to-openapi',
  'openapi3-ts',
  'echarts',
  'zrender',
  'tslib',
  'drizzle-orm',
  '@duckdb/node-api',
  'css-select',
  'css-what',
  'nth-check',
  'boolbase',
  'htmlparser2',
  'domhandler',
  'domutils',
  'dom-serializer',
  'domelementtype',
  'entities',
];

/** What the command line needs of everything lies by itself: it must not bring the engine with it. */
const nodeParts = {
  groups: [{ name: 'contract', test: /[\\/]core[\\/]contract[\\/](?!edge-tables)/ }],
};

/** The names of all the pages that share a part make no name. */
const nameOfPart = ({ name }: { name: string }) =>
  `assets/${name.startsWith('part~') ? 'part' : '[name]'}-[hash].js`;

/** Only tests need a browser: a build runs without the packages of the tests. */
const browserProvider = async () => {
  const { playwright } = await import('@vitest/browser-playwright');
  return playwright({
    launchOptions: { executablePath: chromiumPath(), args: chromiumFlags },
  });
};

export default defineConfig(async () => ({
  root: testing ? here : at('console'),
  cacheDir: at('node_modules/.vite'),
  define: { __FAIL_POINTS__: String(failing) },
  plugins: [
    pageScripts(),
    loadedWithPage(),
    iconSheet(),
    emptiedByNodes(),
    installIcons(at('console/styles/canister.svg')),
    consoleFiles(at('dist/console')),
  ],
  logLevel: testing ? ('info' as const) : ('warn' as const),
  build: { emptyOutDir: true },
  environments: {
    client: {
      build: {
        outDir: at('dist/console'),
        target: 'es2022',
        // The chart library is one large file, loaded with the first chart.
        chunkSizeWarningLimit: 700,
        rollupOptions: { output: { codeSplitting: consoleParts, chunkFileNames: nameOfPart } },
      },
    },
    // In one file at a fixed address: what it may control is what lies beside and below it.
    offline: {
      consumer: 'client' as const,
      build: {
        outDir: at('dist/console'),
        emptyOutDir: false,
        copyPublicDir: false,
        target: 'es2022',
        rollupOptions: {
          input: at('console/offline/service-worker.ts'),
          output: { format: 'iife' as const, entryFileNames: 'service-worker.js' },
        },
      },
    },
    tracker: pageScript('tracker'),
    vitals: pageScript('vitals'),
    node: {
      consumer: 'server' as const,
      resolve: { noExternal: inFewFiles },
      build: {
        outDir: at(`${dist}/node`),
        ssr: true,
        target: 'node20',
        minify: false,
        rollupOptions: {
          input: {
            cli: at('cli.ts'),
            bench: at('bench/bench.ts'),
            screenshots: at('bench/screenshots.ts'),
            simulate: at('bench/simulate.ts'),
            'kill-loop': at('bench/kill-loop.ts'),
            'power-loss': at('bench/power-loss.ts'),
            'engine-thread': at('core/engine/engine-thread.ts'),
            'index-thread': at('core/stores/index-thread.ts'),
            'sandbox-child': at('core/stores/sandbox/sandbox-child.ts'),
            'libsql-thread': at('core/stores/libsql-thread.ts'),
            'salvage-thread': at('core/stores/salvage-thread.ts'),
            'seal-thread': at('core/stores/seal-thread.ts'),
          },
          output: {
            entryFileNames: '[name].js',
            chunkFileNames: '[name]-[hash].js',
            codeSplitting: nodeParts,
          },
        },
      },
    },
    edge: {
      consumer: 'server' as const,
      resolve: {
        noExternal: true as const,
        conditions: ['workerd', 'worker', 'module', 'browser', 'import'],
      },
      build: {
        outDir: at('dist/edge'),
        ssr: true,
        target: 'es2022',
        minify: true,
        rollupOptions: {
          input: at('collector-edge/worker.ts'),
          output: { format: 'es' as const, entryFileNames: 'worker.js', codeSplitting: false },
        },
      },
    },
  },
  builder: {
    async buildApp(builder: import('vite').ViteBuilder) {
      const { tracker, vitals, client, offline, edge, node } = builder.environments;
      // The scripts of pages go into the edge worker; the program comes last, because its age says whether all is built.
      for (const environment of failing
        ? [tracker, vitals, node]
        : [tracker, vitals, client, offline, edge, node]) {
        // The service worker has listed the console's files as they are; what is compressed lies beside them.
        if (environment === node && !failing) compressConsole(at('dist/console'));
        if (environment) await builder.build(environment);
      }
    },
  },
  test: {
    // Much of the time is waiting: for processes to start, for sessions to end.
    maxWorkers: 2,
    reporters: ['default', retriedTests],
    projects: [
      {
        extends: true as const,
        test: {
          name: 'node',
          include: ['**/*.test.ts'],
          exclude: [
            '**/node_modules/**',
            'dist/**',
            '**/*.browser.test.ts',
            '**/*.workerd.test.ts',
          ],
          env: { TZ: 'Pacific/Fiji' },
          // Each may start a dozen real processes, of which each takes seconds on a busy machine.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Real processes on a busy machine: what fails for want of time passes the second time, a fault does not.
          retry: 1,
        },
      },
      {
        extends: true as const,
        test: {
          name: 'workerd',
          include: ['collector-edge/**/*.workerd.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        extends: true as const,
        test: {
          name: 'browser',
          include: ['**/*.browser.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: testing ? await browserProvider() : undefined,
            instances: [{ browser: 'chromium' as const }],
          },
        },
      },
    ],
  },
}));
