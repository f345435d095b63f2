/**
 * The eight label colours as the browser resolves them, in light and dark: each at least 3:1 on the ground, and no
 * two alike for full, red-blind and green-blind sight (distance in OKLab after the simulation of Machado et al.).
 */
import { afterEach, describe, expect, it } from 'vitest';
import './tokens.css';

type Rgb = [number, number, number];
type Matrix = [Rgb, Rgb, Rgb];

const contrastMin = 3;
const distanceMin = 0.1;

const sights: Record<string, Matrix> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'red-blind': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'green-blind': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

const dot = (a: Rgb, b: Rgb) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const times = (matrix: Matrix, v: Rgb): Rgb => [
  Math.max(0, dot(matrix[0], v)),
  Math.max(0, dot(matrix[1], v)),
  Math.max(0, dot(matrix[2], v)),
];
const luminance = (v: Rgb) => dot([0.2126, 0.7152, 0.0722], v);

/** A token as linear RGB, as this browser resolves it. */
function colourOf(token: string): Rgb {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const channels =
    getComputedStyle(probe)
      .color.match(/[\d.]+/g)
      ?.map(Number) ?? [];
  probe.remove();
  const linear = channels
    .slice(0, 3)
    .map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return [linear[0] ?? 0, linear[1] ?? 0, linear[2] ?? 0];
}

function oklab(v: Rgb): Rgb {
  const l = Math.cbrt(dot([0.4122214708, 0.5363325363, 0.0514459929], v));
  const m = Math.cbrt(dot([0.2119034982, 0.6806995451, 0.1073969566], v));
  const s = Math.cbrt(dot([0.0883024619, 0.2817188376, 0.6299787005], v));
  return [
    dot([0.2104542553, 0.793617785, -0.0040720468], [l, m, s]),
    dot([1.9779984951, -2.428592205, 0.4505937099], [l, m, s]),
    dot([0.0259040371, 0.7827717662, -0.808675766], [l, m, s]),
  ];
}

function contrast(a: Rgb, b: Rgb): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

afterEach(() => {
  delete document.documentElement.dataset.theme;
});

describe.each(['light', 'dark'])('the eight label colours in %s', (theme) => {
  const labels = () => {
    document.documentElement.dataset.theme = theme;
    return Array.from({ length: 8 }, (_, index) => colourOf(`--label-${index + 1}`));
  };

  it('stand out from the ground', () => {
    const colours = labels();
    const ground = colourOf('--ground');
    for (const colour of colours) {
      expect(contrast(colour, ground)).toBeGreaterThanOrEqual(contrastMin);
    }
  });

  it.each(Object.keys(sights))('are apart for %s sight', (sight) => {
    const matrix = sights[sight];
    if (matrix === undefined) throw new Error(`no such sight: ${sight}`);
    const seen = labels().map((colour) => oklab(times(matrix, colour)));
    for (const [index, one] of seen.entries()) {
      for (const other of seen.slice(index + 1)) {
        const distance = Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
        expect(distance).toBeGreaterThan(distanceMin);
      }
    }
  });
});
