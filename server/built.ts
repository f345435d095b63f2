/** Where the built program lies, and which it is: every file of it is beside this one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const built = (path: string) => new URL(path, import.meta.url);
export const projectRoot = fileURLToPath(built('../../'));

export const version: string = JSON.parse(
  readFileSync(join(projectRoot, 'package.json'), 'utf8'),
).version;
