/** Where addresses are, from any `.mmdb` file that the administrator has: of cities, or of countries alone. */
import { readFileSync } from 'node:fs';
import { Reader, type Response } from 'maxmind';
import { Problem } from '../contract/problem.ts';
import type { Place, PlaceOf } from '../hits/enrichment.ts';

const textLengthMax = 100;

/**
 * Reads the file whole: looking up is then a matter of a microsecond.
 * @param file path of the `.mmdb`
 * @throws Problem `file_unreadable`
 */
export function openGeoDatabase(file: string): PlaceOf {
  let reader: Reader<Response>;
  try {
    reader = new Reader(readFileSync(file));
  } catch (error) {
    throw new Problem(
      'file_unreadable',
      `${file} cannot be read as a database of places (${(error as Error).message}). CANISTER_GEO_DATABASE names a file in the MaxMind DB format, such as GeoLite2-City.mmdb.`,
    );
  }
  return (address) => placeOf(reader.get(address) as Loose);
}

type Loose = Record<string, unknown> | null | undefined;

/** Makers of databases write one of two forms: nested with names by language, or flat. */
function placeOf(found: Loose): Place {
  const country =
    text(part(found, 'country')?.iso_code) ??
    text(part(found, 'registered_country')?.iso_code) ??
    text(found?.country_code) ??
    text(found?.country);
  const divisions = found?.subdivisions;
  const division = Array.isArray(divisions) ? (divisions[0] as Loose) : undefined;
  const region = text(part(division, 'names')?.en) ?? text(found?.state1) ?? text(found?.region);
  const city = text(part(part(found, 'city'), 'names')?.en) ?? text(found?.city);
  return {
    ...(country === undefined ? {} : { country: country.toUpperCase() }),
    ...(region === undefined ? {} : { region }),
    ...(city === undefined ? {} : { city }),
  };
}

function part(of: Loose, name: string): Loose {
  const found = of?.[name];
  return typeof found === 'object' ? (found as Loose) : undefined;
}

const text = (value: unknown) =>
  typeof value === 'string' && value !== '' && value !== '-'
    ? value.slice(0, textLengthMax)
    : undefined;
