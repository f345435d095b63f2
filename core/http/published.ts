/**
 * /published/…: the manifest and the Parquet files of a dataset, for DuckDB and other programs. As long as
 * there are no users from this machine without one; else with a read token of the dataset, as bearer or as the password of basic authentication.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Context, Hono } from 'hono';
import { datasetSlugSchema } from '../contract/dataset.ts';
import { Problem } from '../contract/problem.ts';
import { type PublishedPlace, publishedNow } from '../desks/published-now.ts';
import type { Engine } from '../engine/engine.ts';
import type { Datasets } from '../settings/datasets.ts';
import type { ReadTokens } from '../settings/read-tokens.ts';
import { sendFile } from './send-file.ts';

export interface PublishedOptions {
  datasets: Datasets;
  tokens: ReadTokens;
  engine: Pick<Engine, 'publish'>;
  place: PublishedPlace;
  /** Whether a request without a token is let in: from this machine, as long as there are no users. */
  letIn: (c: Context) => Promise<boolean>;
}

export function publishedRoutes({
  datasets,
  tokens,
  engine,
  place,
  letIn,
}: PublishedOptions): Hono {
  async function allowed(c: Context): Promise<string> {
    const slug = datasetSlugSchema.safeParse(c.req.param('slug')).data ?? '';
    const token = tokenOf(c.req.header('authorization'));
    const isAllowed = token === undefined ? await letIn(c) : await tokens.check(slug, token);
    if (isAllowed) return (await datasets.get(slug)).slug;
    // Asked without a token a browser and curl are told how to give one.
    c.header('WWW-Authenticate', 'Bearer realm="canister", Basic realm="canister"');
    throw new Problem(
      'token_invalid',
      'Send a read token of the dataset: Authorization: Bearer ct_…. Make one with: canister token create NAME --dataset SLUG',
    );
  }

  return new Hono()
    .get('/:slug/manifest.json', async (c) => {
      const slug = await allowed(c);
      const { manifest } = await publishedNow(engine, place, slug);
      const text = `${JSON.stringify(manifest)}\n`;
      c.header('ETag', `"${createHash('sha256').update(text).digest('hex')}"`);
      c.header('Cache-Control', 'private, no-cache');
      c.header('Content-Type', 'application/json');
      return c.body(text);
    })
    .get('/:slug/:view/:file', async (c) => {
      const slug = await allowed(c);
      const asked = `${c.req.param('view')}/${c.req.param('file')}`;
      // Only what the manifest names is a file: no path is ever made of what was asked.
      const found = place.manifest(slug)?.files.find(({ file }) => file === asked);
      if (found === undefined) throw unknown();
      return await sendFile(c, {
        path: join(place.folder(slug), found.file),
        contentType: 'application/vnd.apache.parquet',
        sha256: found.sha256,
      }).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? unknown() : error;
      });
    });
}

const unknown = () =>
  new Problem(
    'published_unknown',
    'The manifest names no such file. A day that has changed has a new name: read the manifest again.',
  );

function tokenOf(header: string | undefined): string | undefined {
  const [, scheme = '', value = ''] =
    /^(bearer|basic) ([\w+/=.-]{1,400})$/i.exec(header ?? '') ?? [];
  if (header === undefined) return undefined;
  if (scheme.toLowerCase() !== 'basic') return value;
  return Buffer.from(value, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '');
}
