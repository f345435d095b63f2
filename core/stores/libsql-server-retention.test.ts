/** What the server lets go by the clock: entries of the audit trail, and messages with their digests. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, type World } from '../testing/world.ts';
import { type LibsqlAudit, openLibsqlAudit } from './libsql-audit.ts';
import { openLibsqlOutbox } from './libsql-outbox.ts';
import { openLibsqlServerRetention } from './libsql-server-retention.ts';

const dayMs = 86_400_000;
let world: World;
let audit: LibsqlAudit;
const desk = () => openLibsqlServerRetention(world.control, audit, world.now);
const entry = { actor: 'user ann', address: '', action: 'set retention', target: '' };
const actions = async () =>
  (await audit.list({ limit: 100 })).map(({ number, action }) => `${number} ${action}`).reverse();

beforeEach(async () => {
  world = await createWorld();
  audit = openLibsqlAudit(world.control, world.now);
});
afterEach(() => world.close());

test('The audit trail is for good, until a rule says otherwise; what is left can still be verified', async () => {
  for (let day = 1; day <= 50; day += 1) {
    await audit.append({ ...entry, action: `day ${day}` });
    world.advance(dayMs);
  }
  expect(await desk().get()).toEqual({ keepDeliveriesDays: 30 });
  await desk().apply();
  expect(await actions()).toHaveLength(50);
  // It is the 51st day: those of days 1 to 20 are older than 30 days.
  await desk().set({ keepAuditDays: 30 }, entry);
  const left = Array.from({ length: 30 }, (_, at) => `${21 + at} day ${21 + at}`);
  expect(await actions()).toEqual([...left, '51 set retention', '52 trim audit trail']);
  expect(await audit.verify()).toMatchObject({ entries: 32, firstNumber: 21 });
  expect(await audit.verify()).not.toHaveProperty('brokenAt');
  const [newest] = await audit.list({ limit: 1 });
  expect(newest?.detail).toBe('entries 1 to 20, by retention');
  // Nothing more to do: no entry about nothing.
  await desk().apply();
  expect(await actions()).toHaveLength(32);
  world.advance(5 * dayMs);
  await desk().apply();
  expect(await audit.verify()).toMatchObject({ entries: 28, firstNumber: 26 });
});

test('Nobody else shortens it, and a change in what is left shows', async () => {
  for (let day = 1; day <= 40; day += 1) {
    await audit.append({ ...entry, action: `day ${day}` });
    world.advance(dayMs);
  }
  await desk().set({ keepAuditDays: 30 }, entry);
  const write = (sql: string) => world.control.batch([sql], 'write');
  await expect(write('DELETE FROM audit WHERE number = 15')).rejects.toThrow(/never/);
  await expect(write('UPDATE audit_trimmed SET number = 20')).rejects.toThrow(/never/);
  await expect(write('DELETE FROM audit_trimmed')).rejects.toThrow(/never/);
  await write('DROP TRIGGER audit_never_changes');
  await write("UPDATE audit SET actor = 'user eve' WHERE number = 20");
  expect(await audit.verify()).toMatchObject({ brokenAt: 20 });
});

test('The last entry stays, whatever its age', async () => {
  await audit.append(entry);
  world.advance(400 * dayMs);
  await desk().set({ keepAuditDays: 30 }, entry);
  world.advance(400 * dayMs);
  await desk().apply();
  expect(await audit.verify()).not.toHaveProperty('brokenAt');
  expect((await actions()).length).toBeGreaterThan(0);
});

test('Messages go once they are done with and old enough, with the digests that nobody gets any more', async () => {
  const outbox = openLibsqlOutbox(world.control, world.now);
  const item = (id: string) =>
    ({ id, kind: 'mail', channel: 'c', title: id, payload: '' }) as const;
  await outbox.add([item('sent'), item('waiting')]);
  await outbox.sent('sent', world.now());
  const digest = (id: string) => [
    {
      sql: "INSERT INTO digest_edition (id, subscription, due_at, outcome, mail) VALUES (?1, 's', ?2, 'sent', '{}')",
      args: [`edition of ${id}`, world.now()],
    },
    {
      sql: "INSERT INTO digest_delivery (id, edition, subscription, recipient, reason, due_at) VALUES (?1, 'edition of ' || ?1, 's', 'r', 'due', 0)",
      args: [id],
    },
  ];
  await world.control.batch([...digest('sent'), ...digest('waiting')], 'write');
  const left = async () => {
    const tables = ['outbox', 'digest_delivery', 'digest_edition'];
    const results = await world.control.batch(
      tables.map((table) => `SELECT id FROM ${table} ORDER BY id`),
      'read',
    );
    return results.map(({ rows }) => rows.map(({ id }) => id));
  };
  world.advance(30 * dayMs);
  await desk().apply();
  expect((await left())[0]).toEqual(['sent', 'waiting']);
  world.advance(1);
  await desk().apply();
  expect(await left()).toEqual([['waiting'], ['waiting'], ['edition of waiting']]);
  await outbox.add([item('second')]);
  await outbox.sent('second', world.now());
  await desk().set({ keepDeliveriesDays: 5 }, entry);
  world.advance(5 * dayMs + 1);
  await desk().apply();
  expect((await left())[0]).toEqual(['waiting']);
  expect(await desk().set({ keepDeliveriesDays: null }, entry)).toEqual({ keepDeliveriesDays: 30 });
});
