/** A set of definitions → what runs over hits. Everything that can be wrong with a definition is said here. */
import { TestTable } from '../conditions/facts.ts';
import { createMatcher, type Matcher } from '../conditions/matcher.ts';
import { parseCondition } from '../conditions/parse.ts';
import type { Condition } from '../contract/condition.ts';
import {
  type EventDefinition,
  type EventFault,
  type EventSet,
  type EventTrigger,
  eventLimits,
  eventTriggers,
} from '../contract/event.ts';
import { type CompiledAttribute, compileAttribute } from './attributes.ts';
import { checkDefinition, checkSet, scopeOf } from './check-definition.ts';
import { type CompiledEvent, compileEvent } from './compiled-event.ts';
import type { CompiledDimension } from './dimensions.ts';
import { inPlace, invalidEvent } from './event-fault.ts';
import { type HistoryPlan, planHistory } from './history-plan.ts';
import { inOrder, type Referring, referencesOf } from './references.ts';
import { completionsOf, waitsFor } from './waiting.ts';

/** The events of one trigger, in their order. */
export interface Stage {
  readonly trigger: EventTrigger;
  readonly events: readonly CompiledEvent[];
  readonly matcher: Matcher<CompiledEvent>;
}

/** A definition that is looked at when something has come about: its trigger's number and its place there. */
export interface Wake {
  stage: number;
  place: number;
}

export interface CompiledEventSet {
  readonly version: number;
  readonly timeZone: string;
  /** By trigger, in the order of evaluation; undefined where a trigger has no events. */
  readonly stages: readonly (Stage | undefined)[];
  readonly attributes: ReadonlyMap<string, CompiledAttribute>;
  /** Attribute → the events that need its value. */
  readonly users: ReadonlyMap<string, readonly CompiledEvent[]>;
  readonly table: TestTable;
  readonly history: HistoryPlan;
  /** Condition of what happened before → the definitions that wait for it. */
  readonly wakes: ReadonlyMap<number, readonly Wake[]>;
  /** A condition at the end of the session has to count what fired. */
  readonly countsAtEnd: boolean;
  readonly canDiscard: boolean;
  /** Event → its dimensions. */
  readonly dimensions: ReadonlyMap<string, readonly CompiledDimension[]>;
  /** How often a definition has failed on a hit since this was compiled, and how last. */
  readonly failures: { count: number; last: EventFault | undefined };
}

interface Prepared extends Referring {
  definition: EventDefinition;
  condition: Condition;
}

/**
 * Takes the active definitions of a set.
 * @param options.timeZone the dataset's, in which conditions write days and times
 * @throws Problem `event_invalid`, which names the event and the place in it
 */
export function compileEventSet(
  set: EventSet,
  { timeZone }: { timeZone: string },
): CompiledEventSet {
  checkSet(set);
  const attributes = compileAttributes(set);
  const active = set.events.filter((definition) => definition.active).map(prepare);
  checkWritten(active.map(({ definition }) => definition));
  for (const one of active) checkDefinition(one, active, attributes);
  const table = new TestTable(timeZone);
  const ordered = inOrder(active);
  const stages = eventTriggers.map((trigger) => compileStage(trigger, ordered, table));
  const history = planHistory(table);
  const events = stages.flatMap((stage) => stage?.events ?? []);
  return {
    version: set.version,
    timeZone,
    stages,
    attributes,
    users: usersOf(events),
    table,
    history,
    wakes: wakesOf(stages, history),
    countsAtEnd: table.histories.length > history.conditions.length,
    canDiscard: events.some(({ definition }) =>
      definition.actions.some((action) => action.do === 'discard_session'),
    ),
    dimensions: new Map(
      events
        .filter(({ dimensions }) => dimensions.length > 0)
        .map(({ definition, dimensions }) => [definition.name, dimensions]),
    ),
    failures: { count: 0, last: undefined },
  };
}

function compileAttributes({ attributes }: EventSet): Map<string, CompiledAttribute> {
  const compiled = new Map<string, CompiledAttribute>();
  for (const attribute of attributes) {
    const where = `hit attribute ${attribute.name}`;
    if (compiled.has(attribute.name)) {
      throw invalidEvent(attribute.name, where, 'there are two attributes of this name');
    }
    compiled.set(
      attribute.name,
      inPlace(attribute.name, where, () => compileAttribute(attribute)),
    );
  }
  return compiled;
}

function prepare(definition: EventDefinition): Prepared {
  const { name, trigger } = definition;
  const condition = inPlace(name, 'condition', () =>
    parseCondition(definition.condition, scopeOf(trigger)),
  );
  return { definition, condition, references: referencesOf(condition) };
}

function checkWritten(definitions: readonly EventDefinition[]): void {
  const written = new Map<string, string>();
  for (const { name, actions } of definitions) {
    for (const action of actions) {
      if (action.do === 'set_attribute') written.set(action.attribute, name);
      if (action.do === 'add_to_counter') written.set(action.counter, name);
    }
  }
  const { sessionAttributesMax } = eventLimits;
  if (written.size <= sessionAttributesMax) return;
  const [attribute, event] = [...written][sessionAttributesMax] as [string, string];
  throw invalidEvent(
    event,
    'actions',
    `"${attribute}" is one more session attribute than the ${sessionAttributesMax} that all events together may set`,
  );
}

function compileStage(
  trigger: EventTrigger,
  ordered: readonly Prepared[],
  table: TestTable,
): Stage | undefined {
  const own = ordered.filter(({ definition }) => definition.trigger === trigger);
  if (own.length === 0) return undefined;
  const scope = scopeOf(trigger);
  const events = own.map(({ definition, condition, references }) =>
    compileEvent(definition, condition, references, waitsFor(condition, trigger)),
  );
  const definitions = events.map((event) => ({
    id: event,
    condition: event.condition,
    waits: event.waits,
  }));
  return {
    trigger,
    events,
    matcher: createMatcher(definitions, scope, { timeZone: table.timeZone, table }),
  };
}

function usersOf(events: readonly CompiledEvent[]): Map<string, CompiledEvent[]> {
  const users = new Map<string, CompiledEvent[]>();
  for (const event of events) {
    for (const attribute of event.attributes) {
      users.set(attribute, [...(users.get(attribute) ?? []), event]);
    }
  }
  return users;
}

function wakesOf(
  stages: readonly (Stage | undefined)[],
  { conditions }: HistoryPlan,
): Map<number, Wake[]> {
  const numbers = new Map(
    conditions.map((condition, number) => [JSON.stringify(condition), number]),
  );
  const wakes = new Map<number, Wake[]>();
  stages.forEach((stage, stageNumber) => {
    stage?.events.forEach((event, place) => {
      if (!event.waits) return;
      for (const condition of completionsOf(event.condition)) {
        const number = numbers.get(JSON.stringify(condition));
        if (number === undefined) continue;
        wakes.set(number, [...(wakes.get(number) ?? []), { stage: stageNumber, place }]);
      }
    });
  });
  return wakes;
}
