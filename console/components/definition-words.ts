/** What each kind of definition is called, what it is for, and how one of them is put in a line. */
import { msg, str } from '@lit/localize';
import { annotatedDays } from '../../core/contract/annotated-days.ts';
import type { Definition, DefinitionOf } from '../../core/contract/definition.ts';
import type { DraftKind } from './definition-draft.ts';
import { formatRange } from './time-format.ts';

interface KindWords {
  many: string;
  /** All of them, as a link says it. */
  all: string;
  /** One that is made. */
  fresh: string;
  /** Said of the button that keeps one. */
  save: string;
  none: string;
  /** @param name the one that is not there */
  missing: (name: string) => string;
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
    many: msg('Labels'),
    all: msg('All labels'),
    fresh: msg('New label'),
    save: msg('Save label'),
    none: msg('There is no label yet'),
    missing: (name) => msg(str`There is no label "${name}"`),
    about: msg('Named, coloured groups of sessions. A label stands beside "all" in every report.'),
    head: msg('Sessions with'),
    example: 'session.page_views >= 5',
    ordered: false,
  },
  campaign: {
    many: msg('Campaigns'),
    all: msg('All campaigns'),
    fresh: msg('New campaign'),
    save: msg('Save campaign'),
    none: msg('There is no campaign yet'),
    missing: (name) => msg(str`There is no campaign "${name}"`),
    about: msg(
      'Where sessions came from, with what it cost. A session belongs to the first that fits.',
    ),
    head: msg('Known by'),
    example: 'session.referrer_host = "news.example"',
    ordered: true,
  },
  goal: {
    many: msg('Goals'),
    all: msg('All goals'),
    fresh: msg('New goal'),
    save: msg('Save goal'),
    none: msg('There is no goal yet'),
    missing: (name) => msg(str`There is no goal "${name}"`),
    about: msg('What a session should reach, and what that is worth.'),
    head: msg('Reached by sessions with'),
    example: 'custom.name = "Bought"',
    ordered: false,
  },
  funnel: {
    many: msg('Funnels'),
    all: msg('All funnels'),
    fresh: msg('New funnel'),
    save: msg('Save funnel'),
    none: msg('There is no funnel yet'),
    missing: (name) => msg(str`There is no funnel "${name}"`),
    about: msg('Stages that sessions go through, and where they leave.'),
    head: msg('Stages'),
    example: 'request.path = "/cart"',
    ordered: false,
  },
  page_group: {
    many: msg('Page groups'),
    all: msg('All page groups'),
    fresh: msg('New page group'),
    save: msg('Save page group'),
    none: msg('There is no page group yet'),
    missing: (name) => msg(str`There is no page group "${name}"`),
    about: msg('Hits that count as one page. A hit belongs to the first that fits.'),
    head: msg('Hits with'),
    example: 'request.path starts with "/shop/"',
    ordered: true,
  },
  annotation: {
    many: msg('Annotations'),
    all: msg('All annotations'),
    fresh: msg('New annotation'),
    save: msg('Save annotation'),
    none: msg('There is no annotation yet'),
    missing: (name) => msg(str`There is no annotation "${name}"`),
    about: msg('What happened on a day, shown where charts and tables of days are.'),
    head: msg('When'),
    example: '',
    ordered: false,
  },
};

/** What a definition holds, in a line. */
export function describeDefinition(kind: DraftKind, definition: Definition): string {
  switch (kind) {
    case 'label': {
      const { condition, inverse, parent, combine } = definition as DefinitionOf['label'];
      const { savedQuery } = definition as DefinitionOf['label'];
      const asked = condition ?? msg(str`saved query ${savedQuery?.name ?? ''}`);
      const own = inverse ? `not (${asked})` : asked;
      return parent === undefined ? own : `${own} ${combine} label "${parent}"`;
    }
    case 'campaign': {
      const { condition, utm = {} } = definition as DefinitionOf['campaign'];
      const tags = Object.entries(utm).map(([field, text]) => `utm_${field} = ${text}`);
      return condition ?? tags.join(', ');
    }
    case 'goal': {
      const { condition, revenue } = definition as DefinitionOf['goal'];
      if (revenue === undefined) return condition;
      return revenue.property === undefined
        ? msg(str`${condition}, worth what ${revenue.event} records`)
        : msg(str`${condition}, worth ${revenue.property} of ${revenue.event}`);
    }
    case 'funnel':
      return (definition as DefinitionOf['funnel']).stages.map(({ name }) => name).join(' → ');
    case 'page_group':
      return (definition as DefinitionOf['page_group']).condition;
    case 'annotation': {
      const { text } = definition as DefinitionOf['annotation'];
      const when = formatRange(annotatedDays(definition as DefinitionOf['annotation']));
      return text === '' ? when : `${when}: ${text}`;
    }
  }
}
