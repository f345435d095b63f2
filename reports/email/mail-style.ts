/**
 * The look of mails. Many mail programs keep nothing but `style` attributes, so those carry the light look whole; the
 * classes only turn it dark where a program reads the style sheet.
 */
import { raw } from 'hono/html';
import { type ReportColour, reportColours } from '../charts/palette.ts';

const light = (name: ReportColour) => reportColours[name][0];

/** Class and style of an element whose text is in one of the report's colours. */
export function inked(colour: ReportColour, declarations = '') {
  return raw(`class="ink-${colour}" style="color:${light(colour)};${declarations}"`);
}

/** The same, above a rule. */
export function ruled(colour: ReportColour, declarations = '') {
  return raw(
    `class="ink-${colour} rule" style="color:${light(colour)};border-bottom:1px solid ${light('rule')};${declarations}"`,
  );
}

/** An element filled with a colour. */
export function filled(colour: ReportColour, declarations = '') {
  return raw(`class="fill-${colour}" style="background:${light(colour)};${declarations}"`);
}

const fontFamily =
  "Inter,-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Liberation Sans',Arial,sans-serif";
export const bodyFont = `font:14px/20px ${fontFamily};font-variant-numeric:tabular-nums`;

const names = Object.keys(reportColours) as ReportColour[];
const darkRules = names.map((name) => {
  const dark = reportColours[name][1];
  return `.ink-${name}{color:${dark} !important}.fill-${name}{background:${dark} !important}`;
});

export const mailStyleSheet = raw(`:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){${darkRules.join('')}.rule{border-color:${reportColours.rule[1]} !important}}
@media (max-width:480px){.page{padding:16px 12px !important}}`);
