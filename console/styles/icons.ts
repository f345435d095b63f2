/**
 * The icons, all in one file of this origin, of which each is drawn by reference: no text becomes markup. Both of
 * Web Awesome's libraries are replaced: `default` would load from another host, and `system` reads data: addresses,
 * which the content security policy forbids.
 */

import sheet from 'virtual:icon-sheet';
import { registerIconLibrary } from '@awesome.me/webawesome/dist/components/icon/library.js';
import { iconNames } from './icon-names.ts';

/** Web Awesome's own name for what closes. */
const aliases: Record<string, string> = { xmark: 'close' };

/** Puts both libraries in place. Call it before the first icon is drawn. */
export function registerIcons(): void {
  const resolver = (asked: string) => {
    const name = aliases[asked] ?? asked;
    return name in iconNames ? `${sheet}#${name}` : '';
  };
  // What is drawn by reference has no size of its own: without this it is as wide as any picture and lies over others.
  const mutator = (svg: SVGElement) => svg.setAttribute('viewBox', '0 0 16 16');
  const library = { resolver, mutator, spriteSheet: true };
  registerIconLibrary('default', library);
  registerIconLibrary('system', library);
}
