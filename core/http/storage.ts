/** /api/storage: what the data folder takes of the disk. */
import { type StorageUsed, storageSchema } from '../contract/storage.ts';
import { createRoute, json, newRoutes, otherwise } from './routes.ts';

const readRoute = createRoute({
  method: 'get',
  path: '/storage',
  summary: 'What the data folder takes of the disk, by dataset and kind of data',
  responses: { 200: json(storageSchema, 'Bytes of files.'), ...otherwise },
});

export const storageRoutes = (measure: () => Promise<StorageUsed>) =>
  newRoutes().openapi(readRoute, async (c) => c.json(await measure(), 200));
