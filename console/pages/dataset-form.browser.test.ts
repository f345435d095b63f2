/** The form of a new dataset: names become slugs, hosts are read as people paste them, problems find their field. */
import { describe, expect, it } from 'vitest';
import { type DatasetDraft, inputOf, problemsOf, slugOf } from './dataset-form.ts';

const draft = (part: Partial<DatasetDraft>): DatasetDraft => ({
  name: 'Shop',
  slug: 'shop',
  timeZone: 'Europe/Berlin',
  hosts: '',
  ...part,
});

describe('the form of a new dataset', () => {
  it('suggests a slug that the server takes', () => {
    expect(slugOf('Müller & Söhne')).toBe('muller-sohne');
    expect(slugOf('  --Shop!! 2026--  ')).toBe('shop-2026');
    expect(slugOf(`${'a'.repeat(39)} b`)).toBe('a'.repeat(39));
    expect(slugOf('日本')).toBe('');
  });

  it('reads hosts as they are pasted, from an address bar or a list', () => {
    const hosts = 'https://WWW.Shop.example/cart\n*.shop.example, localhost:3000';
    expect(inputOf(draft({ hosts })).hosts).toEqual([
      'www.shop.example',
      '*.shop.example',
      'localhost:3000',
    ]);
  });

  it('leaves the name to the server where none was typed', () => {
    expect('name' in inputOf(draft({ name: '  ' }))).toBe(false);
  });

  it('says what is wrong next to the field where it is', async () => {
    const problems = await problemsOf(
      draft({ slug: '-Shop', timeZone: 'Mars/Olympus', hosts: 'shop.example\nnot_a_host!' }),
    );
    expect(problems).toEqual({
      slug: 'Use 1 to 40 of a-z, 0-9 and -, not starting or ending with -.',
      timeZone: 'This is not a known time zone, such as Europe/Berlin.',
      hosts: '"not_a_host!" is not a host name, such as www.shop.example or *.shop.example.',
    });
    expect(await problemsOf(draft({}))).toEqual({});
  });
});
