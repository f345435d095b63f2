/** The form of a definition as data: what was typed, and the definition that it makes. Pure. */
import { addDays } from '../../core/contract/calendar.ts';
import type { Definition, DefinitionKind, DefinitionOf } from '../../core/contract/definition.ts';
import type { SavedQueryUse } from '../../core/contract/saved-query.ts';

/** The kinds that have a form here; own reports are made where reports are. */
export type DraftKind = Exclude<DefinitionKind, 'report'>;

export const draftKinds: readonly DraftKind[] = [
  'label',
  'campaign',
  'goal',
  'funnel',
  'page_group',
  'annotation',
];

export const utmFields = ['source', 'medium', 'campaign', 'term', 'content'] as const;

export interface StageDraft {
  name: string;
  condition: string;
}

/** What all kinds can hold; each kind looks at its own fields. */
export interface DefinitionDraft {
  name: string;
  condition: string;
  colour: number;
  inverse: boolean;
  parent: string;
  combine: 'and' | 'or';
  revenueEvent: string;
  revenueProperty: string;
  /** How a campaign is known. */
  by: 'utm' | 'condition';
  /** Which sessions a label means. */
  means: 'condition' | 'query';
  savedQuery: SavedQueryUse;
  utm: Record<(typeof utmFields)[number], string>;
  semantics: 'ordered' | 'progression';
  stages: readonly StageDraft[];
  day: string;
  /** The last day that an annotation holds on; empty where that is its first. */
  lastDay: string;
  text: string;
}

const noStage: StageDraft = { name: '', condition: '' };

export const emptyDraft: DefinitionDraft = {
  name: '',
  condition: '',
  colour: 1,
  inverse: false,
  parent: '',
  combine: 'and',
  revenueEvent: '',
  revenueProperty: '',
  by: 'utm',
  means: 'condition',
  savedQuery: { name: '', values: {} },
  utm: { source: '', medium: '', campaign: '', term: '', content: '' },
  semantics: 'ordered',
  stages: [noStage, noStage],
  day: '',
  lastDay: '',
  text: '',
};

/** A kept definition, as its form shows it. */
export function draftOf(definition: Definition): DefinitionDraft {
  const kept = definition as Partial<
    DefinitionOf['label'] & DefinitionOf['annotation'] & DefinitionOf['funnel']
  > &
    Pick<DefinitionOf['campaign'], 'utm'> &
    Pick<DefinitionOf['goal'], 'revenue'>;
  const { revenue, utm, stages, parent, until, savedQuery, ...same } = kept;
  return {
    ...emptyDraft,
    ...same,
    condition: kept.condition ?? '',
    parent: parent ?? '',
    lastDay: until === undefined ? '' : addDays(until, -1),
    revenueEvent: revenue?.event ?? '',
    revenueProperty: revenue?.property ?? '',
    means: savedQuery === undefined ? 'condition' : 'query',
    savedQuery: savedQuery ?? emptyDraft.savedQuery,
    by: utm === undefined ? 'condition' : 'utm',
    utm: { ...emptyDraft.utm, ...given(utm ?? {}) },
    stages: (stages ?? emptyDraft.stages).map(({ name, condition = '' }) => ({ name, condition })),
  };
}

/** What was typed, as the API takes it: what was left empty is not there. */
export function definitionOf(kind: DraftKind, draft: DefinitionDraft): object {
  const name = draft.name.trim();
  const condition = draft.condition.trim();
  switch (kind) {
    case 'label': {
      const { colour, inverse, combine, savedQuery } = draft;
      const meant = draft.means === 'query' ? { savedQuery } : { condition };
      return { name, ...meant, colour, inverse, combine, ...given({ parent: draft.parent }) };
    }
    case 'campaign':
      return draft.by === 'utm' ? { name, utm: given(draft.utm) } : { name, condition };
    case 'goal': {
      const { revenueEvent: event, revenueProperty: property } = draft;
      return {
        name,
        condition,
        ...(event || property ? { revenue: { event, ...given({ property }) } } : {}),
      };
    }
    case 'funnel':
      return {
        name,
        semantics: draft.semantics,
        stages: draft.stages
          .filter((stage) => stage.name.trim() !== '' || stage.condition.trim() !== '')
          .map((stage) => ({ name: stage.name, ...given({ condition: stage.condition }) })),
      };
    case 'page_group':
      return { name, condition };
    case 'annotation': {
      const { day, lastDay, text } = draft;
      const until = lastDay === '' || lastDay === day ? '' : addDays(lastDay, 1);
      return { name, day, text, ...given({ until }) };
    }
  }
}

/** Only the texts that are not empty. */
function given(texts: Record<string, string | undefined>): Record<string, string> {
  const trimmed = Object.entries(texts).map(([key, text]) => [key, text?.trim() ?? ''] as const);
  return Object.fromEntries(trimmed.filter(([, text]) => text !== ''));
}
