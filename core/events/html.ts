/** CSS selectors over the HTML of a response. */
import { compile as compileSelector, selectAll } from 'css-select';
import { DomUtils, parseDocument } from 'htmlparser2';
import { EventFailure } from './event-fault.ts';

/** A parsed page. */
export type HtmlDocument = ReturnType<typeof parseDocument>;
type Element = Parameters<typeof DomUtils.getAttributeValue>[0];
type HtmlNode = Parameters<typeof DomUtils.textContent>[0] & HtmlDocument['children'][number];

const htmlLengthMax = 512 * 1024;
const siblingsMax = 1;

/** @throws EventFailure when it is too large to be parsed */
export function parseHtml(text: string): HtmlDocument {
  if (text.length > htmlLengthMax) {
    throw new EventFailure(`the page has ${text.length} characters: too many for a selector`);
  }
  return parseDocument(text);
}

/**
 * Gives the texts of the elements that a selector finds, or one of their attributes.
 * @throws Error that says what is wrong with the selector
 */
export function compileSelection(
  selector: string,
  attribute: string | undefined,
): (document: HtmlDocument) => string[] {
  const plain = selector.replace(/"[^"]*"|'[^']*'|\[[^\]]*\]/g, '');
  // Each of these looks at all elements for each element: pages would be slow to look through.
  if (/:has\(/i.test(plain)) throw new Error('":has" is not taken in selectors here');
  if (plain.split('~').length - 1 > siblingsMax) throw new Error('one "~" may stand in a selector');
  const query = compile(selector);
  return (document) =>
    selectAll<HtmlNode, Element>(query, document).flatMap((element) => {
      if (attribute === undefined) return [textOf(element)];
      return DomUtils.getAttributeValue(element, attribute.toLowerCase()) ?? [];
    });
}

function compile(selector: string) {
  try {
    return compileSelector<HtmlNode, Element>(selector);
  } catch (error) {
    throw new Error(`the selector cannot be used: ${(error as Error).message.slice(0, 200)}`);
  }
}

const textOf = (element: Element) => DomUtils.textContent(element).replace(/\s+/g, ' ').trim();
