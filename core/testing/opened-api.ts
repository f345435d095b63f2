/** The API over a new world for each test of a file, with what a test sets and looks at in the place of the rest. */
import { afterEach, beforeEach, expect } from 'vitest';
import type { ReportResult } from '../contract/report.ts';
import type { Alarm } from '../contract/status.ts';
import { type Api, createApi } from '../http/app.ts';
import type { ReportDesk, ReportRequest } from '../http/reports.ts';
import { worldControl } from './shared-links.ts';
import { createWorld, type World } from './world.ts';
import { worldApi } from './world-api.ts';

export interface OpenedApi {
  world: World;
  asked: Awaited<ReturnType<typeof worldApi>>;
  api: Api;
  /** Where the request comes from. */
  peer: string | undefined;
  reportsAsked: ReportRequest[];
  alarms: Alarm[];
  logged: unknown[];
  /** What the status fails with. */
  breakStatus: Error | undefined;
  get(path: string, more?: Record<string, string>): Promise<Response>;
  post(path: string, body?: unknown, more?: Record<string, string>): Promise<Response>;
  /** Checks that it is a problem, whole, and gives it. */
  problem(
    response: Response | Promise<Response>,
  ): Promise<{ status: number; code: string; detail: string }>;
}

/** What every request that changes something must have. */
export const headers = { 'content-type': 'application/json', 'x-canister': '1' };

/** Reports that say what was asked for. */
const echoingReports = (opened: OpenedApi): ReportDesk => ({
  list: async (slug) => [
    { name: 'overview', title: slug, description: '', group: 'Traffic', subject: [], own: false },
  ],
  async run(request) {
    opened.reportsAsked.push(request);
    const result: ReportResult = {
      report: request.name,
      title: 'Title',
      description: '',
      subject: request.subject,
      labels: [],
      dataset: request.dataset,
      range: request.range,
      robots: request.robots,
      generatedAt: opened.world.now(),
      panels: [],
    };
    return result;
  },
  draw: async (result, { format, panel = '' }) => ({
    body: `${format}${panel} of ${result.report}`,
    contentType: `text/${format}; charset=utf-8`,
  }),
  drawSql: async ({ rows }, format) => ({
    body: JSON.stringify(rows),
    contentType: `text/${format}`,
  }),
});

/** Opens and closes it around each test of the file that calls this. */
export function openedApi(): OpenedApi {
  const opened = {
    get: async (path, more = {}) =>
      await opened.api.request(`http://localhost${path}`, {
        headers: { host: 'localhost:8080', ...more },
      }),
    post: async (path, body = {}, more = {}) =>
      await opened.api.request(`http://localhost${path}`, {
        method: 'POST',
        headers: { host: 'localhost', ...headers, ...more },
        body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
      }),
    problem: readProblem,
  } as OpenedApi;

  beforeEach(async () => {
    const world = await createWorld();
    const asked = await worldApi(world);
    Object.assign(opened, {
      world,
      asked,
      peer: '127.0.0.1',
      reportsAsked: [],
      alarms: [],
      logged: [],
      breakStatus: undefined,
    });
    opened.api = createApi({
      ...asked,
      ...worldControl(world),
      hitCounts: () =>
        opened.breakStatus ? Promise.reject(opened.breakStatus) : asked.hitCounts(),
      alarms: () => opened.alarms,
      log: (...event) => opened.logged.push(event.slice(0, 3)),
      disk: () => ({ freeBytes: 3_000, totalBytes: 9_000, freeBytesMin: 2_000 }),
      processMeasures: () => ({
        eventLoopLagSeconds: { p50: 0.01, p99: 0.02, max: 0.5 },
        residentBytes: 1_000,
        heapBytes: 500,
        diskFreeBytes: undefined,
      }),
      reports: echoingReports(opened),
      peerAddress: () => opened.peer,
    });
  });

  afterEach(async () => {
    await opened.asked.close();
    await opened.world.close();
  });

  return opened;
}

async function readProblem(response: Response | Promise<Response>) {
  const answered = await response;
  expect(answered.headers.get('content-type')).toBe('application/problem+json');
  const body = (await answered.json()) as { code: string; detail: string };
  expect(body).toEqual({
    type: `urn:canister:problem:${body.code}`,
    code: body.code,
    title: expect.any(String),
    status: answered.status,
    detail: expect.any(String),
  });
  return { status: answered.status, code: body.code, detail: body.detail };
}
