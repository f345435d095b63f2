/** Searches of a dataset with what their conditions name: its labels, and the sessions of its alerts. */
import type { AlertStore } from '../alerts/alert-store.ts';
import { keyOfNamed, namedIn } from '../conditions/named-sessions.ts';
import { Problem } from '../contract/problem.ts';
import { indexLimits, type SearchAnswer, type SearchRequest } from '../contract/search.ts';
import type { Engine } from '../engine/engine.ts';
import type { DefinitionBook } from '../settings/definitions.ts';
import type { AskedFor, LabelSessions } from './label-sessions.ts';

const namesShownMax = 20;

export interface SearchDesk {
  /**
   * @throws Problem `condition_invalid`, `definition_unknown`, `definition_invalid`, `alert_unknown`, `field_not_indexed`, `search_too_wide`,
   * `search_too_slow`
   */
  search(slug: string, request: SearchRequest): Promise<SearchAnswer>;
}

/** A search finds robots too. */
const askedBy = ({ from = '1970-01-01', to = '9999-12-31' }: SearchRequest): AskedFor => ({
  from,
  to,
  robots: true,
});

/** @param labelSessions finds the sessions of labels that ask a saved query; without it there are no such labels */
export function createSearchDesk(
  engine: Pick<Engine, 'search'>,
  book: Pick<DefinitionBook, 'list'>,
  alerts: Pick<AlertStore, 'rules' | 'sessionsOf'>,
  labelSessions?: LabelSessions,
): SearchDesk {
  async function sessionsOfAlert(slug: string, name: string): Promise<string[]> {
    const found = await alerts.sessionsOf(slug, name, indexLimits.sessionsFoundMax);
    if (found !== undefined) return found;
    const names = (await alerts.rules(slug)).slice(0, namesShownMax).map((rule) => rule.name);
    const known =
      names.length > 0
        ? `There are: ${names.join(', ')}.`
        : 'There is none yet: canister alert save';
    throw new Problem('alert_unknown', `No alert of ${slug} is called "${name}". ${known}`);
  }

  return {
    async search(slug, request) {
      const named = namedIn(request.condition);
      if (named.length === 0) return await engine.search(slug, request);
      const lists = new Map<string, string>();
      for (const one of named)
        if (one.op === 'alert')
          lists.set(keyOfNamed(one), (await sessionsOfAlert(slug, one.name)).join(','));
      const labels = await book.list(slug, 'label');
      const names = named.flatMap(({ op, name }) => (op === 'label' ? [name] : []));
      const found = await labelSessions?.find(slug, labels, names, askedBy(request));
      const [fault] = found?.faults.values() ?? [];
      if (fault !== undefined) throw new Problem('definition_invalid', fault);
      for (const [key, sessions] of found?.namedSessions ?? []) lists.set(key, sessions);
      return await engine.search(slug, request, { labels, lists });
    },
  };
}
