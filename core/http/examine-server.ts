/** Asks the server that owns a data folder how it is, for the doctor: its databases are its own. */
import type { Status } from '../contract/status.ts';
import { attention, type Finding, note, well } from '../doctor.ts';

const askMsMax = 10_000;
const waitingHitsMax = 10_000;

/**
 * @param port of the owner; without one it is a command at work, or a server about to listen
 * @param token lets the command line in
 */
export async function examineServer(
  port: number | undefined,
  token: string | undefined,
): Promise<Finding[]> {
  if (port === undefined) {
    return [
      note(
        'server',
        'The owner does not listen: a command at work, or a server that is just starting. Ask again when it has ended.',
      ),
    ];
  }
  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      signal: AbortSignal.timeout(askMsMax),
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    });
  try {
    const ready = (await (await ask('/readyz')).json()) as { status: string; detail?: string };
    const asked = await ask('/api/status');
    if (!asked.ok) throw new Error(`it refused to say how it is (${asked.status})`);
    const status = (await asked.json()) as Status;
    return [
      ready.status === 'ok'
        ? well('server', `Version ${status.version} answers, and all its parts work.`)
        : attention(
            'server',
            `It is not ready: ${ready.detail}`,
            'Look at its log, and at the other findings.',
          ),
      status.waitingHits <= waitingHitsMax
        ? well('inbox', `${status.waitingHits} hits wait to be read.`)
        : attention(
            'inbox',
            `${status.waitingHits} hits wait to be read.`,
            'If the number grows for long, the machine is too slow for these hits, or an import holds it up.',
          ),
      ...status.datasets.map(({ slug, activeSessions, storedSessions, held }) =>
        held
          ? attention(
              'analytics',
              `${slug} is held, and ${held.waitingHits} of its hits wait: ${held.reason}`,
              'docs/operations.md, "A dataset that is held".',
            )
          : well(
              'analytics',
              `${slug}: ${storedSessions} sessions are stored, ${activeSessions} are active.`,
            ),
      ),
      note(
        'tables',
        'The tables are not read through while a server runs, for their files are its own: stop it and ask again, or let it read all stored sessions with: canister verify',
      ),
      ...status.alarms
        .filter(({ code }) => code !== 'dataset_held')
        .map(({ code, detail }) =>
          attention(
            'alarm',
            `${code}: ${detail}`,
            'docs/operations.md, "Does everything add up?", says what to do.',
          ),
        ),
    ];
  } catch (error) {
    return [
      attention(
        'server',
        `It does not answer on port ${port}: ${(error as Error).message}`,
        'Look at its log. If it hangs, end it and start it again: what was acknowledged is stored.',
      ),
    ];
  }
}
