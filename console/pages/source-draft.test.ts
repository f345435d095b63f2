import { expect, test } from 'vitest';
import { sourceSchema } from '../../core/contract/source.ts';
import { draftOfSource, inputOfSource } from './source-draft.ts';

test('Keys that the form does not show stay with their format, and go with it', () => {
  const before = sourceSchema.parse({
    name: 'Web',
    dataset: 'shop',
    locations: ['/var/log/app.log'],
    import: { format: 'json', fields: { at: 'time' }, proxies: 1 },
  });
  const draft = draftOfSource(before);
  const same = inputOfSource(draft, before).source.import;
  expect(same).toMatchObject({ format: 'json', fields: { at: 'time' }, proxies: 1 });
  const other = inputOfSource({ ...draft, format: 'combined' }, before).source.import;
  expect(other).toMatchObject({ format: 'combined', fields: undefined, proxies: 1 });
});
