/**
 * What enrichment costs a line: reading alone, making a hit of it by the usual rules (client, robot, referrer, channel,
 * campaign, visitor), and by a dataset's own rules (URLs, channels, exclusions, robots, places) on top. On one thread.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hitRulesInputSchema } from '../core/contract/hit-rules.ts';
import { compileEnrichment, type Enrichment, usualEnrichment } from '../core/hits/enrichment.ts';
import { hostMatcher } from '../core/hits/referrer.ts';
import { parseCombined } from '../core/sources/formats/combined.ts';
import { isBadLine, type LogLine } from '../core/sources/formats/log-line.ts';
import { logNormalizer } from '../core/sources/log-source.ts';
import { openGeoDatabase } from '../core/stores/geo-database.ts';
import { geoFile } from '../core/testing/geo-file.ts';
import { sampleLog } from './sample-log.ts';

const rounds = 7;
const linesPerSession = 3;
const ownRules = 10;

export interface EnrichResult {
  lines: number;
  /** Microseconds a line, of the median round. */
  readingUs: number;
  usualRulesUs: number;
  ownRulesUs: number;
  /** What the two make of it beyond reading. */
  usualEnrichmentUs: number;
  ownEnrichmentUs: number;
}

/** Of the log that `bench -- import` takes. */
export async function enrich(): Promise<EnrichResult> {
  const lines = sampleLog()
    .split('\n')
    .filter((line) => !isBadLine(parseCombined(line)));
  const folder = mkdtempSync(join(tmpdir(), 'canister-bench-'));
  try {
    const own = ownEnrichment(join(folder, 'places.mmdb'));
    const [readingUs, usualRulesUs, ownRulesUs] = [
      measure(lines, undefined),
      measure(lines, usualEnrichment),
      measure(lines, own),
    ].map((us) => Math.round(us * 100) / 100) as [number, number, number];
    return {
      lines: lines.length,
      readingUs,
      usualRulesUs,
      ownRulesUs,
      usualEnrichmentUs: Math.round((usualRulesUs - readingUs) * 100) / 100,
      ownEnrichmentUs: Math.round((ownRulesUs - readingUs) * 100) / 100,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ten rules of each kind, and a database of places with one for each first part of an address. */
function ownEnrichment(file: string): Enrichment {
  const numbers = Array.from({ length: ownRules }, (_, number) => number);
  const networks = Array.from({ length: 223 }, (_, index) => [
    `${index + 1}.0.0.0/8`,
    { country: { iso_code: 'CH' }, city: { names: { en: `Town ${index}` } } },
  ]);
  writeFileSync(file, geoFile(Object.fromEntries(networks)));
  const rules = hitRulesInputSchema.parse({
    urls: {
      dropParameters: numbers.map((number) => `p${number}*`),
      lowerCasePaths: true,
      defaultPages: ['index.html', 'index.php'],
      dropTrackingInLogs: true,
    },
    channels: numbers.map((number) => ({
      channel: `Partner ${number}`,
      condition: `referrer.host ends with "partner${number}.example"`,
    })),
    exclusions: numbers.map((number) => ({
      name: `Part ${number}`,
      condition: `request.path starts with "/internal/${number}/"`,
    })),
    robots: numbers.map((number) => ({
      name: `Probe ${number}`,
      userAgentContains: `probe-${number}/`,
    })),
  });
  return compileEnrichment(
    { ...rules, version: 1 },
    { timeZone: 'UTC', placeOf: openGeoDatabase(file) },
  );
}

/** The median of some rounds, in microseconds a line; of each third line a session is begun. */
function measure(lines: readonly string[], enrichment: Enrichment | undefined): number {
  const us = Array.from({ length: rounds }, () => {
    const normalize =
      enrichment &&
      logNormalizer('secret', hostMatcher(['semicomplete.com']), undefined, enrichment);
    // Time of processors: steadier than the clock on a machine that others use.
    const startedAt = process.cpuUsage();
    let made = 0;
    for (const [index, text] of lines.entries()) {
      const line = parseCombined(text) as LogLine;
      if (normalize === undefined) made += 1;
      else {
        const { hit, context } = normalize(line, 'id');
        if (index % linesPerSession === 0) context.acquisition();
        if (hit.at === line.at) made += 1;
      }
    }
    if (made !== lines.length) throw new Error(`${made} of ${lines.length} lines were made hits`);
    const { user, system } = process.cpuUsage(startedAt);
    return (user + system) / lines.length;
  }).toSorted((a, b) => a - b);
  return us[Math.floor(rounds / 2)] ?? 0;
}
