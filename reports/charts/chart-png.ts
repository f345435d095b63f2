/** Draws a panel's chart as PNG, for mail: same bytes on every machine, since the font comes along. */
import { createRequire } from 'node:module';
import { Resvg, type ResvgRenderOptions, renderAsync } from '@resvg/resvg-js';
import { reportColours } from './palette.ts';

const resolve = createRequire(import.meta.url).resolve;
const fontFamily = 'DejaVu Sans';

/** The font of charts that are drawn as pixels. Only TTF files are read: without one, texts vanish without a word. */
const fontFile = () => resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');

export const pngFont = fontFamily;
const scale = 2;

const renderOptions = (): ResvgRenderOptions => ({
  background: reportColours.paper[0],
  fitTo: { mode: 'zoom', value: scale },
  font: { fontFiles: [fontFile()], defaultFontFamily: fontFamily, loadSystemFonts: false },
});

/** The PNG of an SVG in `pngFont`, twice as large for dense screens, on white. */
export function svgToPng(svg: string): Uint8Array {
  return new Resvg(svg, renderOptions()).render().asPng();
}

/** The same, drawn beside the main thread: where many are drawn, requests need not wait for them. */
export async function svgToPngAside(svg: string): Promise<Uint8Array> {
  return (await renderAsync(svg, renderOptions())).asPng();
}
