/** Files without number: a run looks up what it knows of them once, and not once a file. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLibsqlSources } from '../stores/libsql-sources.ts';
import { openSecretBox } from '../stores/secret-box.ts';
import { worldSources } from '../testing/source-desk.ts';
import { openSourceWorld, type SourceWorld } from '../testing/source-world.ts';

const filesTotal = 30;
const line = (number: number) =>
  `10.0.0.${number} - - [20/Nov/2026:10:00:00 +0000] "GET /p${number} HTTP/1.1" 200 12 "-" "Firefox"\n`;

let sources: SourceWorld;
beforeEach(async () => {
  sources = await openSourceWorld({ readsFolder: true });
});
afterEach(() => sources.close());

test('Known files are looked up together, and are known again when they are renamed', async () => {
  const { world, folder } = sources;
  const { control, now: clock, root } = world;
  const box = openSecretBox({ masterKeyFile: join(root, 'master.key'), control, clock });
  const kept = openLibsqlSources(control, clock, box);
  let lookUps = 0;
  sources.desk = worldSources(world, {
    folders: [folder],
    sources: {
      ...kept,
      async marks(id) {
        lookUps += 1;
        return await kept.marks(id);
      },
    },
  });
  const file = (number: number) => join(folder, `${number}.log`);
  for (let number = 0; number < filesTotal; number += 1) writeFileSync(file(number), line(number));
  expect(await sources.run(join(folder, '*'))).toMatchObject({ accepted: filesTotal });
  expect(lookUps).toBe(2);
  for (let number = filesTotal; number > 0; number -= 1) renameSync(file(number - 1), file(number));
  writeFileSync(file(0), line(filesTotal));
  expect(await sources.desk.run('Web')).toMatchObject({ files: 1, accepted: 1, duplicate: 0 });
  expect(lookUps).toBe(4);
});
