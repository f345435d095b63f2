/** Draws a panel's chart as PNG, for mail: same bytes on every machine, since the font comes along. */
import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import { reportColours } from './palette.ts';

const resolve = createRequire(import.meta.url).resolve;
const fontFamily = 'DejaVu Sans';

/** The font of charts that are drawn as pixels. Only TTF files are read: without one, texts vanish without a word. */
const fontFile = () => resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');

export const pngFont = fontFamily;
const scale = 2;

/** The PNG of an SVG in `pngFont`, twice as large for dense screens, on white. */
export function svgToPng(svg: string): Uint8Array {
  const picture = new Resvg(svg, {
    background: reportColours.paper[0],
    fitTo: { mode: 'zoom', value: scale },
    font: { fontFiles: [fontFile()], defaultFontFamily: fontFamily, loadSystemFonts: false },
  });
  return picture.render().asPng();
}
