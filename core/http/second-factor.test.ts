/** The second factor: codes of a device, and the recovery codes for when it is lost. */
import { describe, expect, test } from 'vitest';
import { ann, signedInApi } from '../testing/signed-in-api.ts';

const opened = signedInApi();
const { ask, makeAnn, addFactor, codeOf } = opened;

describe('The second factor (ASVS 6.5)', () => {
  test('A code is good once, and only the present one', async () => {
    const { secret } = await addFactor(await makeAnn());
    const enter = async (code: string) =>
      (await ask('POST', '/sign-in', { body: { ...ann, code } })).status;
    expect(await enter(codeOf(secret))).toBe(401);
    opened.world.advance(30_000);
    expect(await enter(codeOf(secret, opened.world.now() - 30_000))).toBe(401);
    expect(await enter(codeOf(secret, opened.world.now() + 30_000))).toBe(401);
    const code = codeOf(secret);
    expect([await enter(code), await enter(code)]).toEqual([200, 401]);
  });

  test('A recovery code is good once, and none of them is kept', async () => {
    const { recoveryCodes } = await addFactor(await makeAnn());
    const [first = '', second = ''] = recoveryCodes;
    expect(new Set(recoveryCodes).size).toBe(10);
    const enter = async (code: string) =>
      (await ask('POST', '/sign-in', { body: { ...ann, code } })).status;
    expect([await enter(first), await enter(first)]).toEqual([200, 401]);
    expect(await enter(second.toUpperCase().replaceAll('-', ' '))).toBe(200);
    const [rows] = await opened.world.control.batch(['SELECT * FROM recovery_code'], 'read');
    expect(rows?.rows).toHaveLength(8);
    expect(JSON.stringify(rows?.rows.map((row) => Object.values(row)))).not.toContain(
      recoveryCodes[2],
    );
  });

  test('Codes cannot be tried without end, wherever the tries come from', async () => {
    await addFactor(await makeAnn());
    const statuses: number[] = [];
    for (let at = 0; at < 6; at += 1) {
      opened.whole.peer = `198.51.${at}.1`;
      statuses.push((await ask('POST', '/sign-in', { body: { ...ann, code: '000000' } })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });
});
