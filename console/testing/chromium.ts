/** Finds the Chromium that browser tests and screenshots drive; installs Debian's where there is none and the user may. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Keeps Chromium quiet: no update checks, no sync, no account look-ups. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The path of a Chromium binary: `CHROMIUM_PATH`, else the usual places. Only while testing, and only as root on a
 * system with apt, a missing one is installed from Debian's packages.
 * @throws with what to do, when there is none and none can be installed
 */
export function chromiumPath(): string {
  const candidates = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const found = () => candidates.find((path) => path !== undefined && existsSync(path));
  const present = found();
  if (present !== undefined) return present;
  if (process.env.VITEST === undefined) return '/usr/bin/chromium';
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.error('Chromium is not installed: installing it from the Debian packages');
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'] as ('ignore' | 'inherit')[],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
      options,
    );
    const installed = found();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'Browser tests need Chromium. Install it (apt-get install chromium) or set CHROMIUM_PATH to one.',
  );
}
