/** Each standard event on the hits that it is there for, and on some that it is not. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ClosedSession, SessionHit } from '../contract/session.ts';
import { compileEventSet } from './compile.ts';
import { replaySession } from './replay.ts';
import { standardEventSet } from './standard-events.ts';
import { session, startMs } from './testing/event-session.ts';

const compiled = compileEventSet(standardEventSet, { timeZone: 'UTC' });
const blocks = new Set(
  standardEventSet.events.filter(({ buildingBlock }) => buildingBlock).map(({ name }) => name),
);
const factsOf = (over: ClosedSession) =>
  replaySession(compiled, over).facts.filter(({ event }) => !blocks.has(event));
const fired = (...hits: Partial<SessionHit>[]) => factsOf(session(hits)).map(({ event }) => event);
type Step = NonNullable<SessionHit['steps']>[number];
const steps = (...kinds: Step['kind'][]): Partial<SessionHit> => ({
  type: 'steps',
  steps: kinds.map((kind) => ({ kind, at: startMs, target: 'button#buy', value: 'oops' })),
});

describe('Standard events', () => {
  test('Page not found and Server error, by the status', () => {
    expect(fired({ status: 404 }, { status: 503 }, { status: 200 }, { status: 403 })).toEqual([
      'Page not found',
      'Server error',
    ]);
    expect(factsOf(session([{ status: 503, path: '/x' }]))).toMatchObject([
      { valueNumber: 503, dimensions: { path: '/x' } },
    ]);
  });

  test('Slow page: a page view of more than three seconds', () => {
    expect(fired({ durationMs: 3_000 }, { durationMs: 3_001, type: 'request' })).toEqual([]);
    expect(factsOf(session([{ durationMs: 3_001 }]))).toMatchObject([
      { event: 'Slow page', valueNumber: 3001 },
    ]);
  });

  test('Steps: script error, dead click, rage click, download, outbound link', () => {
    const all = fired(steps('error', 'dead_click', 'rage_click', 'download', 'outbound', 'click'));
    expect(all).toEqual(['Script error', 'Dead click', 'Rage click', 'Download', 'Outbound link']);
    const [error] = factsOf(session([steps('error')]));
    expect(error).toMatchObject({ valueText: 'oops', dimensions: { script: 'button#buy' } });
  });

  test('Form abandoned: used, and not sent afterwards', () => {
    expect(fired({}, steps('input'))).toEqual(['Form abandoned']);
    expect(fired(steps('input'), steps('submit'))).toEqual([]);
    expect(fired(steps('input', 'submit'))).toEqual([]);
    expect(fired(steps('input', 'submit'), steps('input'))).toEqual(['Form abandoned']);
    expect(fired(steps('submit'))).toEqual([]);
  });

  test('Repeated submit: twice within ten seconds, once for each repetition', () => {
    expect(fired(steps('submit'), steps('submit'))).toEqual(['Repeated submit']);
    expect(fired(steps('submit'), {}, steps('submit'))).toEqual([]);
    expect(fired(steps('submit', 'submit', 'submit'))).toEqual([
      'Repeated submit',
      'Repeated submit',
    ]);
  });

  test('Search without result, by title or response', () => {
    const search = { path: '/find', query: 'q=teapot' };
    expect(fired({ ...search, title: 'No results for teapot' })).toEqual(['Search without result']);
    expect(fired({ ...search, responseBody: '<p>Keine Treffer</p>' })).toEqual([
      'Search without result',
    ]);
    expect(fired({ ...search, title: '12 results' }, { title: 'No results' })).toEqual([]);
  });

  test('Login failed, by status or response; counted for the session', () => {
    const post = { method: 'POST', path: '/account/login', type: 'request' } as const;
    const over = session([
      { ...post, status: 401 },
      { ...post, status: 200, responseBody: 'Wrong password, try again' },
      { ...post, status: 302 },
      { ...post, method: 'GET', status: 401 },
    ]);
    expect(factsOf(over).map(({ event }) => event)).toEqual(['Login failed', 'Login failed']);
    expect(replaySession(compiled, over).attributes).toEqual({ failed_logins: ['2'] });
  });

  test('Purchase confirmed, by path, title or response, with its total', () => {
    expect(fired({ path: '/checkout/thank-you' })).toEqual(['Purchase confirmed']);
    expect(fired({ path: '/orders/4711/confirmation' })).toEqual(['Purchase confirmed']);
    expect(fired({ title: 'Order confirmed | Shop' })).toEqual(['Purchase confirmed']);
    expect(fired({ path: '/checkout/confirm', status: 500 })).toEqual(['Server error']);
    expect(fired({ path: '/thank-you' }, { path: '/orders' }, { path: '/reorder/x' })).toEqual([]);
    const over = session([
      { responseBody: '<h1>Thank you for your order!</h1><td>Total</td><td>EUR 1.249,50</td>' },
      { responseBody: 'Thank you for your purchase. Total: 10' },
    ]);
    expect(factsOf(over).map(({ valueNumber }) => valueNumber)).toEqual([1249.5, 10]);
    expect(replaySession(compiled, over).attributes).toEqual({
      purchases: ['2'],
      revenue: ['1259.5'],
    });
  });

  test('File served: a request of a file, in full or in part', () => {
    const file = { type: 'request', path: '/docs/Guide.PDF' } as const;
    expect(fired({ ...file, status: 200 }, { ...file, status: 206 })).toEqual([
      'File served',
      'File served',
    ]);
    expect(fired({ ...file, status: 304 }, { ...file, path: '/a.html', status: 200 })).toEqual([]);
  });

  test('Robot behaviour: reads robots.txt or sixty hits in a minute, and does not say so', () => {
    const many = Array.from({ length: 60 }, (_, index) => ({ at: startMs + index * 900 }));
    expect(fired({ path: '/robots.txt' }, {})).toEqual(['Robot behaviour']);
    expect(fired(...many)).toEqual(['Robot behaviour']);
    expect(fired(...many.slice(1))).toEqual([]);
    const said = { technology: { device: 'robot', robot: 'Googlebot' } } as const;
    expect(factsOf(session([{ path: '/robots.txt' }], said))).toEqual([]);
  });

  test('An ordinary session has none', () => {
    expect(fired({}, { path: '/teas', status: 200, durationMs: 80 }, steps('click'))).toEqual([]);
  });

  test('docs/events.md has each with its trigger and its condition', () => {
    const text = readFileSync('docs/events.md', 'utf8').replace(/\s+/g, ' ');
    const missing = standardEventSet.events.filter(
      ({ name, trigger, condition }) =>
        !text.includes(`### ${name} `) ||
        !text.split(`### ${name} `)[1]?.split('### ')[0]?.includes(`\`${trigger}\``) ||
        !text.split(`### ${name} `)[1]?.split('### ')[0]?.includes(condition),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});
