/** The colours of charts and of reports on paper and screen: light and dark, the same as those of the console. */
import type { ChartPalette } from '../../core/contract/chart-drawing.ts';

/** Name → light and dark. The eight labels are apart for colour-blind eyes, and never the only carrier of a meaning. */
export const reportColours = {
  paper: ['#ffffff', '#131718'],
  ink: ['#15191b', '#e7ebec'],
  muted: ['#566064', '#9ba6aa'],
  rule: ['#dfe4e5', '#2a3133'],
  accent: ['#0b6577', '#5ec3d6'],
  share: ['#cfe4e8', '#1d434c'],
  good: ['#0a6c4a', '#5fc99b'],
  bad: ['#a83220', '#f58f77'],
  'label-1': ['#0b32a7', '#72adfd'],
  'label-2': ['#a28607', '#f9d016'],
  'label-3': ['#41a18b', '#3f8164'],
  'label-4': ['#6a015e', '#f779ae'],
  'label-5': ['#a6413e', '#fe8751'],
  'label-6': ['#0f748e', '#59eaff'],
  'label-7': ['#605ede', '#8a56c6'],
  'label-8': ['#632b00', '#fdbfab'],
} as const;

export type ReportColour = keyof typeof reportColours;
export const labelColourNames = [1, 2, 3, 4, 5, 6, 7, 8].map(
  (number) => `label-${number}` as ReportColour,
);

/** The palette of a chart in the light colours; what is drawn for both themes names its colours afterwards. */
export function lightPalette(font: string): ChartPalette {
  const light = (name: ReportColour) => reportColours[name][0];
  return {
    all: light('accent'),
    before: light('ink'),
    labels: labelColourNames.map(light),
    ink: light('ink'),
    inkQuiet: light('muted'),
    line: light('rule'),
    font,
  };
}

/** The custom properties of one theme, for a style sheet. */
export function colourProperties(theme: 'light' | 'dark'): string {
  const place = theme === 'light' ? 0 : 1;
  return Object.entries(reportColours)
    .map(([name, colours]) => `--${name}: ${colours[place]};`)
    .join(' ');
}
