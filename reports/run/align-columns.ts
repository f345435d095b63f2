/** Columns of text for a terminal. */
import { showInvisible } from '../html/format.ts';

const gap = '  ';

/**
 * Pads every cell to the width of its column: numbers to the right, texts to the left. Characters without a shape are
 * made visible, so that a stranger's text can neither steer the terminal nor break a line.
 */
export function alignColumns(
  lines: readonly string[][],
  isRight: (index: number) => boolean,
): string[] {
  const shown = lines.map((cells) => cells.map(showInvisible));
  const widths = (shown[0] ?? []).map((_, index) =>
    shown.reduce((most, cells) => Math.max(most, width(cells[index] ?? '')), 0),
  );
  return shown.map((cells) =>
    cells
      .map((cell, index) => {
        const padding = ' '.repeat((widths[index] ?? 0) - width(cell));
        return isRight(index) ? padding + cell : cell + padding;
      })
      .join(gap)
      .trimEnd(),
  );
}

/** Columns that a text takes in a terminal: wide scripts take two, combining marks none. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    columns +=
      /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return columns;
}
