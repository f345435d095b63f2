/** The configuration of a dataset as one file. */
import { msg, str } from '@lit/localize';
import type { Configuration, ConfigurationResult } from '../../core/contract/configuration.ts';
import { ApiError, request } from './client.ts';
import { datasetPath } from './datasets.ts';

const fileBytesMax = 3_500_000;

export const configurationUrl = (slug: string) => `${datasetPath(slug)}/configuration`;

/** @throws ApiError `configuration_invalid`, or what is wrong with a part of it; nothing was changed then */
export function importConfiguration(
  slug: string,
  asked: { file: object; otherDataset: boolean; dryRun: boolean },
): Promise<ConfigurationResult> {
  return request<ConfigurationResult>(configurationUrl(slug), { body: asked });
}

/**
 * What a chosen file holds; whether it is a configuration, and one that fits, the server says.
 * @throws ApiError `configuration_invalid` when it is too large or not JSON
 */
export async function readConfigurationFile(
  file: File,
): Promise<Partial<Configuration> & Record<string, unknown>> {
  if (file.size > fileBytesMax)
    throw refused(msg(str`The file has ${file.size} bytes; at most ${fileBytesMax} are taken.`));
  try {
    const value: unknown = JSON.parse(await file.text());
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Partial<Configuration> & Record<string, unknown>;
  } catch {
    // Said below: what is not JSON is no configuration either.
  }
  throw refused(msg('The file is not what an export gave: it holds no JSON object.'));
}

const refused = (detail: string) =>
  new ApiError({
    code: 'configuration_invalid',
    status: 0,
    title: msg('The configuration cannot be taken in'),
    detail,
  });
