import { expect, test } from 'vitest';
import { createLog, describeError, type LogFields } from './log.ts';

const clock = () => Date.UTC(2026, 10, 21, 10, 0, 0, 250);

function logged(format: 'json' | 'text', text: string, fields?: LogFields): string[] {
  const lines: string[] = [];
  createLog({ clock, write: (line) => lines.push(line), format })(
    'warning',
    'a_code',
    text,
    fields,
  );
  return lines;
}

test('An event is one line of JSON with time, level, code, message and its fields', () => {
  expect(logged('json', 'All is well.', { port: 8080, dataset: 'shop' })).toEqual([
    '{"level":"warning","time":"2026-11-21T10:00:00.250Z","code":"a_code","port":8080,"dataset":"shop","message":"All is well."}',
  ]);
});

test('Whatever is in a text, the line stays one line, holds no control character and reads back the same', () => {
  const nasty = 'a\u0000b\u001b[31mc\u007f\u0085\u2028\u2029\u202ed\r\t"\\';
  const [line = '', ...more] = logged('json', 'text', { nasty });
  expect(more).toEqual([]);
  expect(/[\p{Cc}\u2028\u2029\u202e]/u.test(line)).toBe(false);
  expect((JSON.parse(line) as { nasty: string }).nasty).toBe(nasty);
});

test('Where a person watches, the sentences come as they are, without tricks of the terminal', () => {
  expect(logged('text', 'First line\nsecond \u001b]0;title\u0007', { port: 1 })).toEqual([
    'First line\nsecond \\u001b]0;title\\u0007',
  ]);
  expect(JSON.parse(logged('json', 'First line\nsecond')[0] ?? '')).toMatchObject({
    message: 'First line',
  });
});

test('An error tells its message and where it was, but not what the JSON parser quotes of its input', () => {
  const described = describeError(new TypeError('no such thing'));
  expect(described.error).toBe('TypeError: no such thing');
  expect(described.at).toMatch(/^at .*log\.test\.ts/);
  try {
    JSON.parse('{"visitor": anna}');
  } catch (error) {
    expect(JSON.stringify(describeError(error))).not.toMatch(/anna/);
  }
});
