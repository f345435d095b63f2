/**
 * Texts of the console that are not messages, found by reading the source: words in templates, in attributes that are
 * read out or shown, and strings that look like words. A single small word in an expression is not seen.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

const shownAttributes =
  /\s\.?(aria-label|aria-description|title|placeholder|alt|label|heading|text|copies|definition|what|copy-label|success-label|error-label)="([^"]*)"/g;

/** What looks like words and is none: names of products and keys, code, conditions, SQL, styles, keys of storage. */
const noWords = [
  /^(Canister|Google Ads|Microsoft Advertising|Meta Ads|EUR|Ctrl|Tab|Esc|NaN|ApiError|Parquet|null|[KMGT]iB)$/,
  /^(event|attribute|not|and|or|then|within|any hit|no hit|any step|in) ?["($]/,
  /^(any hit|no hit|any step|in) \(…?\)?$/,
  /^(not|and|or|then|within) $/,
  /^(\{…\})?(session|request|custom|hit)\.\w+ (>=|=|starts with) /,
  /^\{…\} and (property|request\.query)\.\{…\} = \{…\}$/,
  /^\{…\} (is empty|= \{…\}|and \{…\}|\{…\} label "\{…\}")$/,
  /^(SELECT|<script|curl |npm run|Mozilla\/)/,
  /^(box-shadow|button\.|textarea, |input, |\(prefers|\(min-width|canister\.|panel |text ellipsis|virtual:|0 7 )/,
  /^(sort, ref_\*|index\.html|id, page|input, textarea.*|\{…\}-visitor\.ndjson)$/,
  /^(www\.shop\.example|\{…\}_attribute\.\{…\}|https:\/\/\{…\}\/|utm_\{…\}.*)$/,
];

/** Files in which every string is code: SQL, what the build writes, the worker that no one reads. */
const codeFiles =
  /(^|\/)(texts|testing|building|offline|node_modules|dist|\.tsbuild)\/|\.test\.ts$|screenshots\.ts$|\.d\.ts$|sql-examples\.ts$/;

/** The loose texts of a folder's files, each with file and line. */
export function looseTextsOf(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => relative(folder, join(folder, file)))
    .filter((file) => file.endsWith('.ts') && !codeFiles.test(file));
  return files
    .filter((file) => statSync(join(folder, file)).isFile())
    .flatMap((file) =>
      looseTexts(readFileSync(join(folder, file), 'utf8')).map((text) => `${file}:${text}`),
    );
}

/** The loose texts of one source, each with its line. */
export function looseTexts(source: string): string[] {
  const parsed = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const note = (node: ts.Node, text: string) => {
    const tidy = text.replace(/\s+/g, ' ').trim();
    if (noWords.some((one) => one.test(tidy) || one.test(text))) return;
    const { line } = parsed.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${line + 1}: ${tidy}`);
  };
  const walk = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    if (isCallOf(node, ['msg', 'customElement', 'import'])) return;
    if (ts.isTaggedTemplateExpression(node)) {
      if (node.tag.getText() === 'css') return;
      if (node.tag.getText() === 'html') {
        for (const text of wordsOf(flat(node.template))) note(node, text);
        ts.forEachChild(node.template, walk);
        return;
      }
    }
    if (isText(node) && !isName(node) && looksLikeWords(flat(node))) note(node, flat(node));
    ts.forEachChild(node, walk);
  };
  walk(parsed);
  return found;
}

const isText = (node: ts.Node): node is ts.StringLiteral | ts.TemplateLiteral =>
  ts.isStringLiteral(node) ||
  ((ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node)) &&
    !ts.isTaggedTemplateExpression(node.parent));

function isCallOf(node: ts.Node, names: readonly string[]): boolean {
  return ts.isCallExpression(node) && names.includes(node.expression.getText());
}

/** A string that names something to the program: a key, a case, a side of a comparison, the type of a DOM event. */
function isName(node: ts.Node): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    ts.isElementAccessExpression(parent) ||
    ts.isCaseClause(parent) ||
    ts.isLiteralTypeNode(parent) ||
    ts.isExternalModuleReference(parent) ||
    (ts.isNewExpression(parent) && /Event|Set$/.test(parent.expression.getText())) ||
    (ts.isBinaryExpression(parent) && /^[!=]==$/.test(parent.operatorToken.getText()))
  );
}

/** The text of a template with `{…}` for each expression. */
function flat(node: ts.StringLiteral | ts.TemplateLiteral): string {
  if (!ts.isTemplateExpression(node)) return node.text;
  return node.head.text + node.templateSpans.map(({ literal }) => `{…}${literal.text}`).join('');
}

const looksLikeWords = (text: string) => {
  const words = text.replaceAll('{…}', '');
  return (
    /[A-Za-z]{2}/.test(words) &&
    (/[A-Za-z…]{2,}[,.:]? [^=<>]*[A-Za-z]/.test(text) || /^[A-Z][a-z]+/.test(words.trim()))
  );
};

/** The words of a template of HTML: between its tags, outside of code, and in attributes that are shown. */
function wordsOf(markup: string): string[] {
  const shown = [...markup.matchAll(shownAttributes)].map(([, , text = '']) => text);
  const between = markup
    .replace(/<(code|kbd|pre)\b[^>]*>.*?<\/\1\s*>/gs, ' ')
    .split(/<[!/a-zA-Z][^>]*>/);
  return [...shown, ...between].filter((text) =>
    /[A-Za-z]{2}/.test(text.replace(/\{…\}|&\w+;/g, '')),
  );
}
