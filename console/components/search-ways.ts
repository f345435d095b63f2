/** What to do about a search that was refused: plain words become conditions, and one that is too wide gets fewer days. */
import { msg } from '@lit/localize';
import { css, html, nothing } from 'lit';
import type { ApiError } from '../api/client.ts';
import type { RangePreset } from '../controllers/analysis-view.ts';
import type { SearchView } from '../controllers/search-view.ts';
import { searchPath } from '../routes.ts';
import { presetTexts } from './range-words.ts';

const tooWide: readonly string[] = ['field_not_indexed', 'search_too_wide', 'search_too_slow'];
const fewerDays: readonly RangePreset[] = ['today', 'yesterday', 'last_7_days'];

export interface SearchWays {
  slug: string;
  view: SearchView;
  error: ApiError;
  /** Searches the same over other days. */
  run: (range: RangePreset) => void;
}

export function searchWays({ slug, view, error, run }: SearchWays) {
  if (tooWide.includes(error.code)) {
    return html`<p class="ways">
      <span>${msg('Search fewer days:')}</span>
      ${fewerDays
        .filter((range) => range !== view.range)
        .map(
          (range) =>
            html`<button class="button" type="button" @click=${() => run(range)}>${presetTexts[range]}</button>`,
        )}
    </p>`;
  }
  const words = error.code === 'condition_invalid' ? plainWords(view.condition) : undefined;
  if (words === undefined) return nothing;
  return html`<h2 class="way">${msg('Looking for these words?')}</h2>
    <ul class="words">
      ${conditionsOf(words).map(
        ([where, condition]) =>
          html`<li>
            <a href=${searchPath(slug, condition)}>${where}</a>
            <code dir="ltr">${condition}</code>
          </li>`,
      )}
    </ul>`;
}

/** What was typed, where it looks like words that somebody looks for and not like a condition. */
function plainWords(typed: string): string | undefined {
  const words = typed.trim().replace(/^"(.*)"$/s, '$1');
  const isCondition = /["=<>()]|\b(?:contains|exists|matches|starts|ends|in|is)\b/i.test(words);
  return words === '' || isCondition ? undefined : words.replaceAll('\\', '\\\\');
}

const conditionsOf = (words: string): [where: string, condition: string][] => {
  const has = (field: string, operator = 'contains') => [field, operator, `"${words}"`].join(' ');
  return [
    [msg('Signed-in user'), has('user')],
    [msg('Path of a page'), has('request.path')],
    [msg('Title of a page'), has('page.title')],
    [msg('Name of a custom event'), has('custom.name')],
    [msg('Visitor key'), has('visitor', '=')],
  ];
};

export const searchWaysStyles = css`
  .ways {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2);
    margin-top: var(--space-3);
  }
  h2.way {
    margin-top: var(--space-4);
  }
  .words {
    display: grid;
    gap: var(--space-2);
    margin: var(--space-2) 0 0;
    padding: 0;
    list-style: none;
  }
  .words code {
    margin-inline-start: var(--space-2);
    overflow-wrap: anywhere;
    color: var(--ink-quiet);
    font-size: var(--text-caption);
  }
`;
