/**
 * Looks into the databases of a data folder that no process owns, for the doctor. The libSQL files are looked at in
 * a copy and DuckDB's are opened for reading only, because opening them changes them.
 */

import { constants, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Client, createClient, type InArgs, type Row } from '@libsql/client/sqlite3';
import { analyticsMigrations } from '../analytics/tables.ts';
import { unwrapKey } from '../canisters/seal.ts';
import { countedAre } from '../contract/counted-noun.ts';
import { attention, type Finding, note, well } from '../doctor.ts';
import { explainAccount } from '../engine/hit-account.ts';
import { isDamage } from './damaged-tables.ts';
import { openDataFolder } from './data-folder.ts';
import { damagedAdvice } from './data-unusable.ts';
import { isClosedToUs } from './dataset-stores.ts';
import { findUnreadable, readAnalytics, readTablesVersion } from './examine-tables.ts';
import { describeBroken, openLibsqlCounts } from './libsql-counts.ts';
import { controlMigrations, hitsMigrations } from './migrations/migrations.ts';
import { isToBePutInPlace } from './salvaged-file.ts';
import { isGone } from './whole-folder.ts';

type Ask = (sql: string, args?: InArgs) => Promise<Row[]>;

interface Copies {
  hits: Client;
  control: Client;
}

const rebuildAdvice =
  'Start Canister: it makes the tables anew out of the stored sessions, and says so.';
const damagedTablesAdvice = (slug: string) =>
  `Make the tables anew out of the stored sessions: canister rebuild --dataset ${slug}. And look at the disk: it has changed what was written.`;
const restoreAdvice = damagedAdvice('control.db');
const reportAdvice =
  'Keep the folder as it is, and report this. After restoring only some files of a backup it is to be expected.';

/** @param root a folder that exists and that no process owns */
export async function examineDatabases(root: string): Promise<Finding[]> {
  const { hitsFile, controlFile } = openDataFolder(root);
  if (isToBePutInPlace(hitsFile)) {
    const says = 'hits.db was damaged, and another one was made of what could be read of it.';
    return [note('databases', `${says} The next start puts it in place.`)];
  }
  const gone = [hitsFile, controlFile].filter(isGone).map((file) => basename(file));
  if (gone.length === 2 && !existsSync(hitsFile) && !existsSync(controlFile))
    return [note('databases', 'Nothing was stored here yet.')];
  if (gone.length > 0)
    return [attention('databases', `${gone.join(' and ')}: missing or empty.`, restoreAdvice)];
  const aside = mkdtempSync(join(tmpdir(), 'canister-doctor-'));
  const copies: Partial<Copies> = {};
  try {
    copies.hits = openCopy(hitsFile, aside);
    copies.control = openCopy(controlFile, aside);
    return await examineCopies(root, copies as Copies);
  } catch (error) {
    return [
      attention(
        'databases',
        `hits.db or control.db cannot be read: ${(error as Error).message}`,
        restoreAdvice,
      ),
    ];
  } finally {
    copies.hits?.close();
    copies.control?.close();
    rmSync(aside, { recursive: true, force: true });
  }
}

function openCopy(file: string, aside: string): Client {
  for (const part of [file, `${file}-wal`]) {
    if (existsSync(part))
      copyFileSync(part, join(aside, basename(part)), constants.COPYFILE_FICLONE);
  }
  return createClient({ url: `file:${join(aside, basename(file))}` });
}

async function examineCopies(root: string, { hits, control }: Copies): Promise<Finding[]> {
  const asker =
    (client: Client): Ask =>
    async (sql, args = []) =>
      (await client.batch([{ sql, args }], 'read'))[0]?.rows ?? [];
  const [askHits, askControl] = [asker(hits), asker(control)];
  const findings = [
    ...(await examineDatabase('hits.db', askHits, hitsMigrations.length)),
    ...(await examineDatabase('control.db', askControl, controlMigrations.length)),
  ];
  if (findings.some(({ level }) => level === 'attention')) return findings;
  findings.push(await examineKeys(root, askControl), ...(await examineSetAside(askHits)));
  const broken =
    describeBroken(await openLibsqlCounts(hits, () => 0).findBroken()) ??
    (await describeTotals(askHits));
  findings.push(
    broken === undefined
      ? well('counters', 'received = accepted + duplicate + excluded + bad, in every hour.')
      : attention('counters', broken, reportAdvice),
  );
  for (const { slug } of await askControl('SELECT slug FROM dataset ORDER BY slug'))
    findings.push(...(await examineDataset(root, String(slug), askHits)));
  return findings;
}

/** What is wrong where the sums are not those of the hours. A file before its upgrade has none yet. */
async function describeTotals(ask: Ask): Promise<string | undefined> {
  if ((await ask("SELECT 1 FROM sqlite_schema WHERE name = 'hit_total'")).length === 0) return;
  const sums = `SELECT dataset, outcome, reason = 'import', sum(count) FROM hit_count GROUP BY 1, 2, 3 HAVING sum(count) <> 0`;
  const totals = 'SELECT dataset, outcome, imported, count FROM hit_total WHERE count <> 0';
  const [wrong] = await ask(
    `SELECT dataset FROM (${sums} EXCEPT ${totals}) UNION SELECT dataset FROM (${totals} EXCEPT ${sums})`,
  );
  return (
    wrong &&
    `The sums of the counters of "${wrong.dataset}" are not those of its hours (hit_total).`
  );
}

async function examineDatabase(name: string, ask: Ask, known: number): Promise<Finding[]> {
  const [[version], check] = [await ask('PRAGMA user_version'), await ask('PRAGMA quick_check(1)')];
  const state = String(check[0]?.[0]);
  if (state !== 'ok')
    return [attention('databases', `${name} is damaged: ${state}`, damagedAdvice(name))];
  const tables = Number(version?.[0]);
  if (tables > known) {
    return [
      attention(
        'databases',
        `${name} was written by a newer version (tables ${tables}, known ${known}).`,
        'Start that version, or a newer one.',
      ),
    ];
  }
  return [
    well(
      'databases',
      `${name} is sound${tables < known ? '; its tables are brought up to date at the next start' : ''}.`,
    ),
  ];
}

async function examineKeys(root: string, askControl: Ask): Promise<Finding> {
  const { masterKeyFile } = openDataFolder(root);
  const wrapped = await askControl('SELECT dataset, day, wrapped FROM data_key');
  if (wrapped.length === 0) return well('data keys', 'There is none yet.');
  if (!existsSync(masterKeyFile)) {
    return attention(
      'data keys',
      'master.key is gone, but there are stored sessions that only it opens.',
      'Put your copy of master.key back. Without it the server does not start.',
    );
  }
  const masterKey = Buffer.from(readFileSync(masterKeyFile, 'utf8').trim(), 'base64');
  const fits = (row: Row) =>
    masterKey.length === 32 &&
    unwrapKey(Buffer.from(row.wrapped as ArrayBuffer), masterKey, `${row.dataset}\0${row.day}`) !==
      undefined;
  const foreign = wrapped.filter((row) => !fits(row)).length;
  if (foreign === 0) return well('data keys', `master.key opens all ${wrapped.length}.`);
  return attention(
    'data keys',
    `master.key does not open ${foreign} of ${wrapped.length}: it is not the key this data was written with.`,
    'Put the right master.key back; nothing is lost until then.',
  );
}

async function examineSetAside(askHits: Ask): Promise<Finding[]> {
  const rows = await askHits(
    'SELECT dataset, reason, count(*) AS hits FROM set_aside GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 20',
  );
  if (rows.length === 0) return [well('hits', 'None had to be set aside.')];
  return rows.map(({ dataset, reason, hits }) =>
    attention(
      'hits',
      `${dataset}: ${hits} accepted but set aside, because: ${reason}`,
      `They are kept whole and are in no report: canister set-aside list --dataset ${dataset}. A reason that begins with "fault:" is a fault of Canister: report it; when it is mended, canister set-aside replay.`,
    ),
  );
}

async function examineDataset(root: string, slug: string, askHits: Ask): Promise<Finding[]> {
  const { analyticsFile, canister } = openDataFolder(root).dataset(slug);
  if (!existsSync(analyticsFile)) {
    if (!existsSync(canister)) return [well('analytics', `${slug}: nothing is stored yet.`)];
    return [
      attention(
        'analytics',
        `${slug}: analytics.duckdb is missing, so reports have no past.`,
        rebuildAdvice,
      ),
    ];
  }
  let version: number;
  let rows: Record<string, unknown>[] = [];
  let doubled = new Set<string>();
  try {
    version = await readTablesVersion(analyticsFile);
    // What is asked of the tables is asked in the words of this version.
    if (version === analyticsMigrations.length)
      [rows, doubled] = await readAnalytics(analyticsFile);
  } catch (error) {
    const [why = ''] = (error as Error).message.split('\n', 1);
    if (isClosedToUs(error)) {
      return [
        attention(
          'analytics',
          `${slug}: analytics.duckdb cannot be opened now: ${why}`,
          'End the program that has it open, or mend the rights of the file. Until then the dataset is held at a start.',
        ),
      ];
    }
    if (existsSync(`${analyticsFile}.wal`)) {
      return [
        note(
          'analytics',
          `${slug}: analytics.duckdb does not open with its write-ahead log. The next start sets the log aside and takes what it held from hits.db again. (${why})`,
        ),
      ];
    }
    return [
      attention(
        'analytics',
        `${slug}: analytics.duckdb cannot be read: ${why}`,
        // It opens, perhaps, and a start leaves it as it is.
        isDamage(error) ? damagedTablesAdvice(slug) : rebuildAdvice,
      ),
    ];
  }
  if (version > analyticsMigrations.length) {
    return [
      attention(
        'analytics',
        `${slug}: analytics.duckdb was written by a newer version.`,
        'Start that version, or a newer one.',
      ),
    ];
  }
  if (version < analyticsMigrations.length) {
    return [
      note(
        'analytics',
        `${slug}: analytics.duckdb was written by an older version; its tables are brought up to date at the next start.`,
      ),
    ];
  }
  const { low, stored, sessions } = rows[0] ?? {};
  const unreadable = await findUnreadable(analyticsFile);
  return [
    unreadable === undefined
      ? well('analytics', `${slug}: ${countedAre(Number(sessions), 'session')} stored.`)
      : attention(
          'analytics',
          `${slug}: analytics.duckdb is damaged; not all of it can be read. ${unreadable}`,
          damagedTablesAdvice(slug),
        ),
    ...(await examineInbox(slug, Number(low), Number(stored), doubled, askHits)),
  ];
}

/** The inbox against the position of the analytics, and every accepted hit against both. */
async function examineInbox(
  slug: string,
  low: number,
  stored: number,
  doubled: ReadonlySet<string>,
  askHits: Ask,
): Promise<Finding[]> {
  const [last] = await askHits("SELECT seq FROM sqlite_sequence WHERE name = 'hit_inbox'");
  if (low > Number(last?.seq ?? 0)) {
    return [
      attention(
        'inbox',
        `${slug}: its sessions are stored up to hit ${low}, but hits.db has given only ${Number(last?.seq ?? 0)} numbers: hits.db is older than the analytics, and new hits would be taken for stored ones.`,
        restoreAdvice,
      ),
    ];
  }
  const waiting = await askHits(
    'SELECT hit_id FROM hit_inbox WHERE dataset = ? AND seq > ? AND hit_id IS NOT NULL',
    [slug, low],
  );
  const open = waiting.filter(
    ({ hit_id }) => !doubled.has(Buffer.from(hit_id as ArrayBuffer).toString('hex')),
  ).length;
  const [counted] = await askHits(
    `SELECT (SELECT coalesce(sum(count), 0) FROM hit_count WHERE dataset = ?1 AND outcome = 'accepted' AND reason <> 'import') AS accepted,
       (SELECT count(*) FROM set_aside WHERE dataset = ?1 AND seq <= ?2) AS set_aside`,
    [slug, low],
  );
  const wrong = explainAccount({
    dataset: slug,
    accepted: Number(counted?.accepted),
    stored,
    active: 0,
    waiting: open,
    setAside: Number(counted?.set_aside),
    known: true,
  });
  return [
    well(
      'inbox',
      `${slug}: ${countedAre(open, 'hit')} in sessions that have not ended; the next start goes on with them.`,
    ),
    wrong === undefined
      ? well(
          'account',
          `${slug}: all ${Number(counted?.accepted)} accepted hits are accounted for.`,
        )
      : attention('account', wrong, reportAdvice),
  ];
}
