/** Health in a real browser: what is wrong must be seen and read out, and is never only a colour. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Alarm,
  alarmCodes,
  type HourCounts,
  type Status,
} from '../../core/contract/status.ts';
import { registerIcons } from '../styles/icons.ts';
import './alarm-list.ts';
import { alarmText, commitBound, readingState, reasonText } from './health-words.ts';
import './hour-table.ts';
import './meter-bar.ts';
import './server-health.ts';

beforeAll(registerIcons);
afterEach(() => document.body.replaceChildren());

async function show<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
) {
  const element = Object.assign(document.createElement(name), properties);
  document.body.append(element);
  await (element as unknown as { updateComplete: Promise<boolean> }).updateComplete;
  const root = element.shadowRoot;
  if (root === null) throw new Error(`${name} has no shadow root`);
  return root;
}

const textOf = (element: Element | null) => element?.textContent?.replace(/\s+/g, ' ').trim();

const noon = Date.UTC(2026, 10, 21, 12);
const hour: HourCounts = {
  at: noon,
  received: 10,
  accepted: 7,
  duplicate: 1,
  excluded: 1,
  bad: 1,
  setAside: 2,
  reasons: [
    { outcome: 'bad', reason: 'hit_invalid', count: 1 },
    { outcome: 'excluded', reason: '<b>new rule</b>', count: 1 },
    { outcome: 'set_aside', reason: 'url_invalid', count: 2 },
    { outcome: 'received', reason: 'import', count: 4 },
  ],
};

describe('the hours of a dataset', () => {
  it('are summed, and the sum is said as an equation', async () => {
    const root = await show('cn-hour-table', { hours: [hour, { ...hour, at: noon + 3_600_000 }] });
    expect(textOf(root.querySelector('.equation'))).toBe(
      '20 received = 14 accepted + 2 duplicate + 2 excluded + 2 bad. It adds up.',
    );
    const feet = [...root.querySelectorAll('tfoot td')].map(textOf);
    expect(feet).toEqual(['20', '14', '2', '2', '2', 'yes', '4']);
  });

  it('say where they do not add up, in either direction', async () => {
    const lost = { ...hour, accepted: 4 };
    const twice = { ...hour, at: noon + 3_600_000, accepted: 8 };
    const root = await show('cn-hour-table', { hours: [lost, twice] });
    const verdicts = [...root.querySelectorAll('tbody td:nth-child(7)')].map(textOf);
    expect(verdicts.slice(0, 2)).toEqual(['1 explained twice', '3 unexplained']);
    expect(textOf(root.querySelector('.equation'))).toContain('20 received ≠ 12 accepted');
  });

  it('have bars by what was received, the largest whole', async () => {
    const hours = [hour, { ...hour, at: noon + 3_600_000, received: 40, accepted: 37 }];
    const root = await show('cn-hour-table', { hours });
    const widths = [...root.querySelectorAll<HTMLElement>('.bar')].map((bar) => bar.style.width);
    expect(widths).toEqual(['100%', '25%']);
  });

  it('tell the reasons of what was not accepted, unknown ones as they came, as text', async () => {
    const root = await show('cn-hour-table', { hours: [hour, hour] });
    const rows = [...root.querySelectorAll('.reasons tbody tr')].map(textOf);
    expect(rows).toEqual([
      'Set aside The address is none that a page can have url_invalid 4',
      'Bad The hit does not have the right shape hit_invalid 2',
      'Excluded <b>new rule</b> 2',
    ]);
    expect(root.querySelector('b')).toBeNull();
  });
});

describe('alarms', () => {
  it('are each a sentence of its own with what to do', async () => {
    const alarms: Alarm[] = alarmCodes.map((code) => ({ code, detail: `<i>${code}</i>` }));
    const root = await show('cn-alarm-list', { alarms });
    const titles = [...root.querySelectorAll('h3')].map(textOf);
    expect(new Set(titles).size).toBe(alarmCodes.length);
    expect([...root.querySelectorAll('.detail')].map(textOf)).toEqual(
      alarmCodes.map((code) => `<i>${code}</i>`),
    );
    expect([...root.querySelectorAll('li p:last-child')].map(textOf).every(Boolean)).toBe(true);
  });

  it('of a newer server are named by their code', () => {
    expect(alarmText('moon_low').title).toBe('moon_low');
    expect(reasonText('moon_low')).toBe('moon_low');
  });
});

describe('the running process', () => {
  const shortTerm = {
    bytes: 1_048_576,
    bytesMax: 4_194_304,
    sessions: 90,
    sessionsMax: 100,
    highMark: 0.85,
    lowMark: 0.7,
    spooling: true,
    evictedSessions: 5,
  };
  const counts = { received: 0, accepted: 0, duplicate: 0, excluded: 0, bad: 0 };
  const status: Status = {
    version: '1.2.3',
    startedAt: noon,
    waitingHits: 1_200,
    lagMs: 65_000,
    shortTerm,
    commits: {
      count: 20,
      sumSeconds: 4,
      within: [
        { boundSeconds: 0.1, count: 15 },
        { boundSeconds: 0.5, count: 18 },
        { boundSeconds: 1, count: 18 },
      ],
    },
    disk: { freeBytes: 2_147_483_648, totalBytes: 10_737_418_240, freeBytesMin: 1_073_741_824 },
    datasets: [],
    unassigned: counts,
    alarms: [],
  };

  it('says that it is spooling, what that means, and how long hits wait', async () => {
    const root = await show('cn-server-health', { status });
    expect(textOf(root.querySelector('.state'))).toBe('Spooling');
    expect(root.textContent).toContain('No hit is lost.');
    expect(root.textContent).toContain('1m 05s');
    expect(root.textContent).toContain('With less than 1 GiB free');
  });

  it('is catching up when hits wait for long, and reads live otherwise', () => {
    const calm = { ...shortTerm, spooling: false };
    const of = (lagMs: number) => readingState({ shortTerm: calm, lagMs, waitingHits: 3 }).name;
    expect([of(0), of(5_000), of(5_001)]).toEqual(['Reading live', 'Reading live', 'Catching up']);
  });

  it('shows durations of commits apart, those beyond every bound as well', async () => {
    const root = await show('cn-server-health', { status });
    const rows = [...root.querySelectorAll('tbody tr')].map(textOf);
    expect(rows).toEqual(['up to 100 ms 15', 'up to 500 ms 3', 'over 1 s 2']);
    expect(root.textContent).toMatch(/200 ms on average,\s+nine of ten within 500 ms/);
    expect(commitBound(status.commits, 0.95)).toBeUndefined();
  });

  it('has a meter that is read out, with its marks at their shares', async () => {
    const root = await show('cn-meter-bar', {
      label: 'Sessions',
      text: '90 of 100',
      share: 0.9,
      marks: [0.7, 0.85],
    });
    const meter = root.querySelector('[role=meter]');
    expect(meter?.getAttribute('aria-valuenow')).toBe('90');
    expect(meter?.getAttribute('aria-valuetext')).toBe('90 of 100, 90.0%, above the mark');
    const marks = [...root.querySelectorAll<HTMLElement>('.mark')].map(
      (mark) => mark.style.insetInlineStart,
    );
    expect(marks).toEqual(['70%', '85%']);
  });
});
