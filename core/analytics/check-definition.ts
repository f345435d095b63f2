/** Says whether a definition can be used: its conditions are understood and the tables can answer them. */
import type {
  Definition,
  DefinitionKind,
  DefinitionOf,
  Definitions,
} from '../contract/definition.ts';
import type { Funnel } from '../contract/funnel.ts';
import type { Label } from '../contract/label.ts';
import { Problem } from '../contract/problem.ts';
import { querySchema } from '../contract/query.ts';
import { compileQuery } from './compile-query.ts';
import { findNamed, keyOfLabel, labelChain, labelCondition } from './definition-lookup.ts';
import { createBinder, hitClause, type QueryContext, sessionClause } from './session-source.ts';

const anySpan = { fromMs: 0, toMs: 1 };
const anyDays = { from: '2026-01-01', to: '2026-01-02' };

/**
 * @param others the definitions that there are, the new one among them
 * @throws Problem `condition_invalid`, `condition_not_in_tables`, `definition_invalid`, `definition_unknown`
 */
export function checkDefinition(
  kind: DefinitionKind,
  definition: Definition,
  { timeZone, definitions }: QueryContext,
): void {
  const context = { timeZone, definitions };
  const session = (condition: Parameters<typeof sessionClause>[0]) =>
    void sessionClause(condition, anySpan, context, createBinder());
  const hit = (condition: string) => void hitClause(condition, anySpan, context, createBinder());
  switch (kind) {
    case 'label':
      // Labels whose parent it is are asked too: a circle may close above.
      for (const label of definitions.labels) labelCondition(label, definitions);
      checkLabel(definition as DefinitionOf['label'], context);
      return;
    case 'campaign': {
      const { condition } = definition as DefinitionOf['campaign'];
      if (condition !== undefined) session(condition);
      return;
    }
    case 'goal':
      session((definition as DefinitionOf['goal']).condition);
      return;
    case 'page_group':
      hit((definition as DefinitionOf['page_group']).condition);
      return;
    case 'funnel':
      for (const condition of stageConditions(definition as Funnel, definitions)) hit(condition);
      return;
    case 'annotation':
      return;
    case 'report':
      for (const { title, query } of (definition as DefinitionOf['report']).panels) {
        if (query?.condition !== undefined) session(query.condition);
        if (query?.hitCondition !== undefined) hit(query.hitCondition);
        if (query !== undefined) checkQuery(title, query, context);
      }
      return;
  }
}

/** A saved query is asked elsewhere whether it names sessions. */
function checkLabel(label: Label, context: QueryContext): void {
  const { definitions } = context;
  const asked = labelChain(label, definitions.labels).filter(({ savedQuery }) => savedQuery);
  const namedSessions = new Map(asked.map((one) => [keyOfLabel(one), '']));
  const among = { ...context, definitions: { ...definitions, namedSessions } };
  void sessionClause(labelCondition(label, definitions), anySpan, among, createBinder());
}

type PanelQuery = NonNullable<DefinitionOf['report']['panels'][number]['query']>;

/** A goal may be defined later, or be chosen when the report runs. */
function checkQuery(title: string, { goal: _, ...query }: PanelQuery, context: QueryContext): void {
  const asked = querySchema.parse({ ...query, range: anyDays });
  const goals = [{ name: 'any', condition: 'session.hits >= 1' }];
  try {
    compileQuery(asked, { ...context, definitions: { ...context.definitions, goals } });
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'query_invalid') throw error;
    throw new Problem('definition_invalid', `In the panel ${title}: ${error.message}`);
  }
}

/**
 * The condition of each stage, asked of a hit.
 * @throws Problem `definition_unknown` where a stage without a condition is no page group
 */
export function stageConditions(funnel: Funnel, { pageGroups }: Definitions): string[] {
  return funnel.stages.map(
    ({ name, condition }) => condition ?? findNamed(pageGroups, name, 'page group').condition,
  );
}

/** @throws Problem `definition_needed`, naming the definitions that use the one that should go */
export function checkUnneeded(kind: DefinitionKind, name: string, definitions: Definitions): void {
  const key = name.trim().toLowerCase();
  const isIt = (other: string | undefined) => other?.trim().toLowerCase() === key;
  const users =
    kind === 'label'
      ? definitions.labels.filter(({ parent }) => isIt(parent)).map((one) => `label ${one.name}`)
      : kind === 'page_group'
        ? definitions.funnels
            .filter(({ stages }) =>
              stages.some((stage) => stage.condition === undefined && isIt(stage.name)),
            )
            .map((one) => `funnel ${one.name}`)
        : [];
  if (users.length === 0) return;
  throw new Problem(
    'definition_needed',
    `${name} is needed by ${users.slice(0, 10).join(', ')}. Change or delete ${users.length === 1 ? 'that' : 'those'} first.`,
  );
}
