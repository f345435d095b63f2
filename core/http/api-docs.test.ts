/** The page of the API is held against the description that it is made of, and against texts that would be markup. */
import { describe, expect, test } from 'vitest';
import { apiDocsPage, typeText } from './api-docs.ts';

describe('The page of the API', () => {
  test('Each route has its line, and texts stay texts', async () => {
    const operation = { summary: 'Says <script>alert(1)</script>', responses: {} };
    const page = String(
      await apiDocsPage({
        info: { title: 'Canister', version: '1.2.3' },
        paths: { '/datasets/{slug}/sql': { post: operation }, '/users': { get: {}, post: {} } },
      }),
    );
    expect(page.match(/<details>/g)).toHaveLength(3);
    expect(page).toContain('<h2 id="sql">sql</h2>');
    expect(page).toContain('Says &lt;script&gt;');
    expect(page).not.toContain('<script');
  });

  test.each([
    [{ type: 'integer', minimum: 1 }, 'integer (minimum 1)'],
    [{ enum: ['and', 'or'] }, '"and" | "or"'],
    [{ items: { anyOf: [{ type: 'string' }, { type: 'null' }] } }, '(string | null)[]'],
    [
      { properties: { a: { type: 'string' }, b: { type: 'boolean' } }, required: ['a'] },
      '{\n  a: string\n  b?: boolean\n}',
    ],
  ])('A schema is read as a type: %j', (schema, text) => {
    expect(typeText(schema)).toBe(text);
  });
});
