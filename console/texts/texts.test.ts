/** Whether the texts are whole: every message in every language, with its parts and forms, and no text beside them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RuntimeLitLocalizer } from '@lit/localize-tools/lib/modes/runtime.js';
import { describe, expect, test } from 'vitest';
import { fieldList } from '../../core/conditions/fields.ts';
import { dimensionNames } from '../../core/contract/dimension.ts';
import { robotPurposes } from '../../core/contract/hit-rules.ts';
import { metricNames } from '../../core/contract/metric.ts';
import { problemCodes } from '../../core/contract/problem.ts';
import { usualChannels } from '../../core/hits/channel.ts';
import { builtInReports } from '../../reports/definitions/catalog.ts';
import { looseTexts, looseTextsOf } from '../testing/loose-texts.ts';
import { pluralForms } from './language.ts';
import { names as arabic } from './names/ar.ts';
import { names as german } from './names/de.ts';

const root = join(import.meta.dirname, '../..');
const file = JSON.parse(readFileSync(join(root, 'lit-localize.json'), 'utf8'));
const localizer = new RuntimeLitLocalizer({
  ...file,
  baseDir: root,
  resolve: (path: string) => join(root, path),
});

type Contents = (string | { untranslatable: string; index?: number })[];

const textOf = (contents: Contents) =>
  contents.map((part) => (typeof part === 'string' ? part : '{}')).join('');
const partsOf = (contents: Contents) =>
  contents.flatMap((part) => (typeof part === 'string' ? [] : [part.untranslatable])).sort();

describe('The messages of the console', () => {
  const { messages, errors } = localizer.extractSourceMessages();
  const translations = new Map(
    [...localizer.readTranslationsSync().translations].map(([locale, all]) => [
      String(locale),
      all,
    ]),
  );

  test('can all be read', () => {
    expect(errors.map(({ messageText }) => messageText)).toEqual([]);
    expect(messages.length).toBeGreaterThan(1_000);
  });

  test.each([
    'de',
    'ar',
  ] as const)('are all there in %s, with their parts, and none is left over', (locale) => {
    const known = new Map(
      translations.get(locale)?.map((one) => [one.name, one.contents as Contents]),
    );
    const ids = new Set(messages.map(({ name }) => name));
    const missing = messages.filter(({ name }) => textOf(known.get(name) ?? []).trim() === '');
    expect(missing.map(({ contents }) => textOf(contents as Contents))).toEqual([]);
    expect([...known.keys()].filter((name) => !ids.has(name))).toEqual([]);
    const torn = messages.filter(
      ({ name, contents }) =>
        String(partsOf(contents as Contents)) !== String(partsOf(known.get(name) ?? [])),
    );
    expect(torn.map(({ contents }) => textOf(contents as Contents))).toEqual([]);
  });

  test.each(['de', 'ar'] as const)('that count have the forms of %s', (locale) => {
    const counting = messages.filter(({ contents }) => /#.*\|/.test(textOf(contents as Contents)));
    const own = counting.filter(
      ({ contents }) => !textOf(contents as Contents).includes('ssh-keyscan'),
    );
    expect(own.length).toBeGreaterThan(20);
    const known = new Map(
      translations.get(locale)?.map((one) => [one.name, one.contents as Contents]),
    );
    const expected = pluralForms(locale).length;
    expect(
      own
        .map(({ name }) => textOf(known.get(name) ?? []))
        .filter((text) => text.split('|').length !== expected),
    ).toEqual([]);
  });

  test('are in the modules as they are in the files of the translators', async () => {
    for (const locale of ['de', 'ar'] as const) {
      const { templates } = await import(`./modules/${locale}.ts`);
      const stored = translations.get(locale)?.map(({ name }) => name) ?? [];
      expect(Object.keys(templates).sort()).toEqual([...stored].sort());
      for (const one of translations.get(locale) ?? []) {
        const template = templates[one.name];
        const [whole] = one.contents;
        if (typeof template === 'string') expect([one.name, template]).toEqual([one.name, whole]);
      }
    }
  });
});

describe('What the server names', () => {
  test.each([
    ['German', german],
    ['Arabic', arabic],
  ] as const)('is known in %s', (_, names) => {
    expect(metricNames.filter((name) => names.metric[name]?.[1] === undefined)).toEqual([]);
    expect(dimensionNames.filter((name) => names.dimension[name]?.[1] === undefined)).toEqual([]);
    expect(Object.keys(problemCodes).filter((code) => !names.problem[code])).toEqual([]);
    expect(Object.keys(names.problem).filter((code) => !(code in problemCodes))).toEqual([]);
    expect(Object.keys(problemCodes).filter((code) => !names.problemHelp[code])).toEqual([]);
    expect(Object.keys(names.problemHelp).filter((code) => !(code in problemCodes))).toEqual([]);
    const fields: string[] = fieldList.map(({ name }) => name);
    expect(fields.filter((name) => !names.field[name])).toEqual([]);
    expect(Object.keys(names.field).filter((name) => !fields.includes(name))).toEqual([]);
    const reports = builtInReports.map(({ name }) => name);
    expect(reports.filter((name) => names.report[name]?.[1] === undefined)).toEqual([]);
    expect(builtInReports.filter(({ group }) => !names.group[group])).toEqual([]);
    const panels = builtInReports.flatMap(({ name, panels }) =>
      panels.map((panel) => [`${name}/${panel.name}`, `*/${panel.name}`]),
    );
    expect(panels.filter((keys) => !keys.some((key) => names.panel[key]))).toEqual([]);
    const values = [
      ...usualChannels.map((channel) => `channel/${channel}`),
      ...robotPurposes.map((purpose) => `robot_purpose/${purpose}`),
    ];
    const named = Object.keys(names.value).filter((key) =>
      /^(?:channel|robot_purpose)\//.test(key),
    );
    expect(named.sort()).toEqual(values.sort());
  });
});

describe('Texts beside the messages', () => {
  test('are none but those that are no words', () => {
    expect(looseTextsOf(join(root, 'console'))).toEqual([]);
  });

  test('are seen in templates, attributes and expressions', () => {
    const source = `const a = html\`<p>Some words</p>\`;
const b = html\`<button aria-label="Some words">\${msg('Kept')}</button>\`;
const c = html\`<p>\${isOn ? 'Some words' : msg('Kept')}</p>\`;
const d = { title: \`Some \${words} more\` };
const e = html\`<p class="some words"><code>a.b</code></p>\`;`;
    expect(looseTexts(source)).toEqual([
      '1: Some words',
      '2: Some words',
      '3: Some words',
      '4: Some {…} more',
    ]);
  });
});
