/** Web vitals: what is measured of a page load, and the published bounds of good and poor. */

export interface WebVital {
  label: string;
  /** Good up to here, poor above the other, and in between it needs improvement. In milliseconds, but for `cls`. */
  goodMax: number;
  fairMax: number;
}

/** The bounds are those of web.dev/articles/vitals. A page is called good where its 75th percentile is. */
export const webVitals = {
  lcp: { label: 'Largest contentful paint, ms', goodMax: 2_500, fairMax: 4_000 },
  inp: { label: 'Interaction to next paint, ms', goodMax: 200, fairMax: 500 },
  cls: { label: 'Cumulative layout shift', goodMax: 0.1, fairMax: 0.25 },
  fcp: { label: 'First contentful paint, ms', goodMax: 1_800, fairMax: 3_000 },
  ttfb: { label: 'Time to first byte, ms', goodMax: 800, fairMax: 1_800 },
} as const satisfies Record<string, WebVital>;

export type WebVitalName = keyof typeof webVitals;
export const webVitalNames = Object.keys(webVitals) as [WebVitalName, ...WebVitalName[]];
