/** /api/backups: copies of the data folder, made beside the running server. */
import { backupInputSchema, backupsSchema } from '../contract/backup.ts';
import type { BackupDesk } from '../desks/backup-desk.ts';
import { body, createRoute, json, newRoutes, otherwise } from './routes.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/backups',
  summary: 'The backups there are, and how far the next one is',
  responses: { 200: json(backupsSchema, 'The newest first.'), ...otherwise },
});

const beginRoute = createRoute({
  method: 'post',
  path: '/backups',
  summary: 'Begin to copy the data folder as it is now',
  request: body(backupInputSchema),
  responses: { 202: json(backupsSchema, 'It is being made.'), ...otherwise },
});

export const backupRoutes = (desk: BackupDesk) =>
  newRoutes()
    .openapi(listRoute, async (c) => c.json(await desk.read(), 200))
    .openapi(beginRoute, async (c) => c.json(await desk.begin(c.req.valid('json')), 202));
