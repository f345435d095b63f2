/** What acts at the second press must act on what the first press meant, also in a list that moves between them. */
import { html, render } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { afterEach, expect, it } from 'vitest';
import './confirm-button.ts';
import type { ConfirmButton } from './confirm-button.ts';

afterEach(() => document.body.replaceChildren());

/** More than a double click takes. */
const pauseMs = 450;
const pause = () => new Promise((done) => setTimeout(done, pauseMs));

let done: string[] = [];
const button = (name: string) =>
  html`<cn-confirm-button label="Delete" what=${name} @cn-confirm=${() => done.push(name)}></cn-confirm-button>`;

async function press(list: Element, name: string): Promise<void> {
  const all = [...list.querySelectorAll<ConfirmButton>('cn-confirm-button')];
  await Promise.all(all.map(({ updateComplete }) => updateComplete));
  all
    .find(({ what }) => what === name)
    ?.shadowRoot?.querySelector('button')
    ?.click();
}

/** @param show how the names become rows */
async function pressedTwice(
  show: (names: readonly string[]) => unknown,
  { first, second }: { first: string; second: string },
): Promise<string[]> {
  done = [];
  const list = document.body.appendChild(document.createElement('div'));
  render(show(['b', 'c']), list);
  await press(list, first);
  await pause();
  render(show(['a', 'b', 'c']), list);
  await press(list, second);
  return done;
}

const keyed = (names: readonly string[]) => repeat(names, (name) => name, button);
const byPlace = (names: readonly string[]) => names.map(button);

it('acts at the second press, also when its row has moved', async () => {
  expect(await pressedTwice(keyed, { first: 'b', second: 'b' })).toEqual(['b']);
});

it('does nothing for a press that was meant for another row', async () => {
  expect(await pressedTwice(keyed, { first: 'b', second: 'a' })).toEqual([]);
  expect(await pressedTwice(byPlace, { first: 'b', second: 'a' })).toEqual([]);
});

it('has its words in the middle, with what is only read behind them', async () => {
  const element = Object.assign(document.createElement('cn-confirm-button'), { label: 'Delete' });
  document.body.append(element);
  const widthOf = async (what: string) => {
    element.what = what;
    await element.updateComplete;
    return element.getBoundingClientRect().width;
  };
  expect(await widthOf('the log of the night')).toBe(await widthOf(''));
});
