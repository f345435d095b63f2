/**
 * The script that `data-vitals` loads: measures how fast a page comes and answers, and hands it to the tracker when the
 * page is left or hidden. A page that is shown again may send again: the last figures of a page load are its figures.
 */
import { type Metric, onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals';

const digitsOfShift = 10_000;

let values: Record<string, number> = {};
/** Names the page load: when it began, epoch milliseconds. */
let load = Math.round(performance.timeOrigin);
let isNew = false;
/** Of the document: what a single-page application shows later was not loaded. */
const url = location.href.split('#', 1)[0] as string;

function take({ name, value }: Metric): void {
  const measured =
    name === 'CLS' ? Math.round(value * digitsOfShift) / digitsOfShift : Math.round(value);
  values[name.toLowerCase()] = measured;
  isNew = true;
}

function send(): void {
  if (!isNew) return;
  isNew = false;
  window.canister?.('web_vitals', url, { load, ...values });
}

addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return;
  // Back out of the browser's memory: measured as a load of its own.
  values = {};
  load = Date.now();
});
for (const measure of [onCLS, onFCP, onINP, onLCP, onTTFB]) measure(take);
// On the way down to the document, after the listeners of the measures and before that of the transport.
addEventListener(
  'visibilitychange',
  () => {
    if (document.visibilityState === 'hidden') send();
  },
  true,
);
