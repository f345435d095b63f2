/** What each kind of definition is called, what it is for, and how one of them is put in a line. */
import type { Definition, DefinitionOf } from '../../core/contract/definition.ts';
import type { DraftKind } from './definition-draft.ts';

interface KindWords {
  one: string;
  many: string;
  /** What it is for. */
  about: string;
  /** The head of the column that says what one of them holds. */
  head: string;
  example: string;
  /** True where a session or hit belongs to the first that fits. */
  ordered: boolean;
}

export const kindWords: Record<DraftKind, KindWords> = {
  label: {
    one: 'label',
    many: 'Labels',
    about: 'Named, coloured groups of sessions. A label stands beside "all" in every report.',
    head: 'Sessions with',
    example: 'session.page_views >= 5',
    ordered: false,
  },
  campaign: {
    one: 'campaign',
    many: 'Campaigns',
    about: 'Where sessions came from, with what it cost. A session belongs to the first that fits.',
    head: 'Known by',
    example: 'session.referrer_host = "news.example"',
    ordered: true,
  },
  goal: {
    one: 'goal',
    many: 'Goals',
    about: 'What a session should reach, and what that is worth.',
    head: 'Reached by sessions with',
    example: 'custom.name = "Bought"',
    ordered: false,
  },
  funnel: {
    one: 'funnel',
    many: 'Funnels',
    about: 'Stages that sessions go through, and where they leave.',
    head: 'Stages',
    example: 'request.path = "/cart"',
    ordered: false,
  },
  page_group: {
    one: 'page group',
    many: 'Page groups',
    about: 'Hits that count as one page. A hit belongs to the first that fits.',
    head: 'Hits with',
    example: 'request.path starts with "/shop/"',
    ordered: true,
  },
  annotation: {
    one: 'annotation',
    many: 'Annotations',
    about: 'What happened on a day, shown where charts and tables of days are.',
    head: 'When',
    example: '',
    ordered: false,
  },
};

/** What a definition holds, in a line. */
export function describeDefinition(kind: DraftKind, definition: Definition): string {
  switch (kind) {
    case 'label': {
      const { condition, inverse, parent, combine } = definition as DefinitionOf['label'];
      const own = inverse ? `not (${condition})` : condition;
      return parent === undefined ? own : `${own} ${combine} label "${parent}"`;
    }
    case 'campaign': {
      const { condition, utm = {} } = definition as DefinitionOf['campaign'];
      const tags = Object.entries(utm).map(([field, text]) => `utm_${field} = ${text}`);
      return condition ?? tags.join(', ');
    }
    case 'goal': {
      const { condition, revenue } = definition as DefinitionOf['goal'];
      return revenue === undefined
        ? condition
        : `${condition}, worth ${revenue.property} of ${revenue.event}`;
    }
    case 'funnel':
      return (definition as DefinitionOf['funnel']).stages.map(({ name }) => name).join(' → ');
    case 'page_group':
      return (definition as DefinitionOf['page_group']).condition;
    case 'annotation': {
      const { day, until, text } = definition as DefinitionOf['annotation'];
      const when = until === undefined ? day : `${day} until before ${until}`;
      return text === '' ? when : `${when}: ${text}`;
    }
  }
}
