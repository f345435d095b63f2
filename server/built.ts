/** Where the built program lies: every file of it is beside this one. */
import { fileURLToPath } from 'node:url';

export const built = (path: string) => new URL(path, import.meta.url);
export const projectRoot = fileURLToPath(built('../../'));
