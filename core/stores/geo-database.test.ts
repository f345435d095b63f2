import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { geoFile } from '../testing/geo-file.ts';
import { openGeoDatabase } from './geo-database.ts';

const folder = mkdtempSync(join(tmpdir(), 'canister-geo-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, bytes: Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

test('a cut address is found in the forms that makers of databases use', () => {
  const placeOf = openGeoDatabase(
    fileOf(
      'city.mmdb',
      geoFile({
        '203.0.113.0/24': {
          country: { iso_code: 'CH', names: { en: 'Switzerland' } },
          subdivisions: [{ names: { en: 'Bern' } }, { names: { en: 'Thun District' } }],
          city: { names: { de: 'Thun', en: 'Thun' } },
        },
        '198.51.100.0/25': { country_code: 'fj', state1: 'Central', city: 'Suva' },
        '192.0.2.0/24': { registered_country: { iso_code: 'DE' }, city: '-' },
      }),
    ),
  );
  expect(placeOf('203.0.113.0')).toEqual({ country: 'CH', region: 'Bern', city: 'Thun' });
  expect(placeOf('198.51.100.0')).toEqual({ country: 'FJ', region: 'Central', city: 'Suva' });
  expect(placeOf('192.0.2.0')).toEqual({ country: 'DE' });
  expect(placeOf('198.51.100.128')).toEqual({});
  expect(placeOf('10.0.0.0')).toEqual({});
  expect(placeOf('2001:db8::')).toEqual({});
});

test('a file that is none, or is not there, is refused with the setting that names it', () => {
  const none = fileOf('none.mmdb', Buffer.from('no database'));
  expect(() => openGeoDatabase(none)).toThrow(/none\.mmdb.*CANISTER_GEO_DATABASE/s);
  expect(() => openGeoDatabase(join(folder, 'gone.mmdb'))).toThrow(/gone\.mmdb/);
});
