import { describe, expect, it, test } from 'vitest';
import { isSecretName, maskCaptured, maskCards, masked } from './masking.ts';

/** A number that cards are tested with; its check digit is right. */
const card = '4111111111111111';

describe('Masking of what was captured', () => {
  test('Credentials in headers, whatever the case of their names', () => {
    const hit = {
      requestHeaders: { Cookie: 'sid=1', AUTHORIZATION: 'Bearer x', Accept: 'text/html' },
      responseHeaders: { 'Set-Cookie': 'sid=2', 'Content-Type': 'text/html' },
    };
    maskCaptured(hit);
    expect(hit).toEqual({
      requestHeaders: { cookie: masked, authorization: masked, accept: 'text/html' },
      responseHeaders: { 'set-cookie': masked, 'content-type': 'text/html' },
    });
  });

  test('Secret fields of forms, and card numbers in any field', () => {
    const hit = {
      form: {
        name: ['Kim'],
        'user[password]': ['a', 'b'],
        newPassword: ['c'],
        note: [`my card is 4111-1111-1111-1111, order 4111111111111112`],
      },
    };
    maskCaptured(hit);
    expect(hit.form).toEqual({
      name: ['Kim'],
      'user[password]': [masked, masked],
      newPassword: [masked],
      note: [`my card is ${masked}, order 4111111111111112`],
    });
  });

  test('Names that are secret, and names that only look so', () => {
    for (const name of [
      'password',
      'pwd',
      'login_password',
      'cardNumber',
      'CVV',
      'api_key',
      'card',
    ])
      expect([name, isSecretName(name)]).toEqual([name, true]);
    for (const name of ['passenger', 'compass', 'spin', 'discard_changes', 'company', 'panel'])
      expect([name, isSecretName(name)]).toEqual([name, false]);
  });

  test('Secrets in bodies: of forms and of JSON', () => {
    const body = (requestBody: string) => {
      const hit = { requestBody };
      maskCaptured(hit);
      return hit.requestBody;
    };
    expect(body('user=kim&password=a%20b&next=%2F')).toBe(`user=kim&password=${masked}&next=%2F`);
    expect(body('password=x')).toBe(`password=${masked}`);
    expect(body('{"user":"kim","password": "a\\"b","pin":1234,"n":1}')).toBe(
      `{"user":"kim","password": "${masked}","pin":"${masked}","n":1}`,
    );
    expect(body(`number=${card}`)).toBe(`number=${masked}`);
    // Cut in the middle of the secret: what is there of it goes.
    expect(body('{"password":"half')).toBe(`{"password":"${masked}"`);
  });

  test('Card numbers in responses; other numbers stay', () => {
    const hit = { responseBody: `<p>Order 1234567890123 paid with ${card}</p>` };
    maskCaptured(hit);
    expect(hit.responseBody).toBe(`<p>Order 1234567890123 paid with ${masked}</p>`);
    expect(maskCards('2026-11-21 10:00:00 12345678901234567890')).toBe(
      '2026-11-21 10:00:00 12345678901234567890',
    );
  });

  test('A body made to be slow is masked like any other, within the time of a test', () => {
    for (const piece of ['password', '"pin', 'pass&', '1 2-', '"a":"\\']) {
      const hit = { requestBody: piece.repeat(32_768 / piece.length) };
      maskCaptured(hit);
      expect(hit.requestBody.length).toBeGreaterThan(0);
    }
  });
});

describe('names of a dataset', () => {
  const names = ['Member-No', 'birthday', 'a.b*c'];

  it('are masked in headers, forms, and bodies of both kinds, and nothing else is', () => {
    const hit = {
      requestHeaders: { 'MEMBER-NO': '4711', accept: 'text/html' },
      form: { birthday: ['1990-01-02', '1991'], city: ['Bern'] },
      requestBody: 'city=Bern&birthday=1990-01-02&born=1990&xbirthday=7',
      responseBody: '{"birthday" : "1990-01-02","age":35,"member-no":4711,"a.b*c":true,"aXbYc":1}',
    };
    maskCaptured(hit, names);
    expect(hit).toEqual({
      requestHeaders: { 'member-no': masked, accept: 'text/html' },
      form: { birthday: [masked, masked], city: ['Bern'] },
      requestBody: `city=Bern&birthday=${masked}&born=1990&xbirthday=7`,
      responseBody: `{"birthday" : "${masked}","age":35,"member-no":"${masked}","a.b*c":"${masked}","aXbYc":1}`,
    });
  });

  it('do not leak through quotes and line ends within a text', () => {
    const hit = { responseBody: '{"birthday":"19\\"90\\n01-02","city":"Bern"}' };
    maskCaptured(hit, names);
    expect(hit.responseBody).toBe(`{"birthday":"${masked}","city":"Bern"}`);
  });
});
