/** Rules of what a definition may use where it is evaluated, and of a set as a whole. */
import type { Scope } from '../conditions/check-condition.ts';
import { findField } from '../conditions/fields.ts';
import {
  type EventDefinition,
  type EventSet,
  type EventTrigger,
  eventLimits,
  type ValueSource,
} from '../contract/event.ts';
import { Problem } from '../contract/problem.ts';
import type { CompiledAttribute } from './attributes.ts';
import { sourcesOf } from './compiled-event.ts';
import { inPlace, invalidEvent } from './event-fault.ts';
import { namesOf, type Referring } from './references.ts';

const scopes: Record<EventTrigger, Scope> = {
  first_hit: 'hit',
  every_hit: 'hit',
  every_step: 'step',
  after_every_step: 'step',
  after_every_hit: 'hit',
  last_hit: 'hit',
  session_end: 'session',
};

/** What conditions of a trigger are asked of. */
export const scopeOf = (trigger: EventTrigger): Scope => scopes[trigger];

/** @throws Problem `event_invalid` */
export function checkSet({ events, attributes }: EventSet): void {
  const { definitionsMax, attributesMax } = eventLimits;
  if (events.length > definitionsMax || attributes.length > attributesMax) {
    throw new Problem(
      'event_invalid',
      `A dataset may have ${definitionsMax} events and ${attributesMax} hit attributes; these are ${events.length} and ${attributes.length}. Delete some that are not used.`,
    );
  }
  const names = new Set<string>();
  for (const { name } of events) {
    if (names.has(name)) throw invalidEvent(name, '', 'there are two events of this name');
    names.add(name);
  }
}

type Attributes = ReadonlyMap<string, CompiledAttribute>;

/** @throws Problem `event_invalid` */
export function checkDefinition(
  { definition, references }: Referring,
  all: readonly Referring[],
  attributes: Attributes,
): void {
  const { name, trigger, actions } = definition;
  const fail = (where: string, what: string) => invalidEvent(name, where, what);
  if (references.hasSequence && trigger === 'first_hit') {
    throw fail('condition', 'nothing came before the first hit: "then" needs another trigger');
  }
  if (references.hasNotThen && scopeOf(trigger) !== 'session' && trigger !== 'last_hit') {
    throw fail(
      'condition',
      'that something does not follow is known when the session ends: use the trigger session_end or last_hit',
    );
  }
  for (const field of references.fields) checkAttributeField(definition, field, attributes);
  checkSessionAttributes(definition, references.fields, all);
  for (const { where, from } of sourcesOf(definition)) {
    inPlace(name, where, () => checkSource(definition, where, from, attributes));
  }
  const endActions = ['close_session', 'change_timeout'];
  const late = actions.find((action) => endActions.includes(action.do));
  if (late && (trigger === 'last_hit' || trigger === 'session_end')) {
    throw fail('actions', `the session has ended then: ${late.do} comes too late`);
  }
}

/** Session attributes are there once an event has set them. */
function checkSessionAttributes(
  { name, trigger }: EventDefinition,
  fields: ReadonlySet<string>,
  all: readonly Referring[],
): void {
  for (const attribute of namesOf('attribute', fields)) {
    const writers = all.filter(({ definition: { actions } }) =>
      actions.some(
        (action) =>
          (action.do === 'set_attribute' && action.attribute === attribute) ||
          (action.do === 'add_to_counter' && action.counter === attribute),
      ),
    );
    if (writers.length === 0) {
      throw invalidEvent(name, 'condition', `no active event sets attribute.${attribute}`);
    }
    if (trigger !== 'first_hit') continue;
    if (writers.some(({ definition }) => definition.trigger === 'first_hit')) continue;
    throw invalidEvent(
      name,
      'condition',
      `on the first hit nothing has set attribute.${attribute} yet`,
    );
  }
}

function checkAttributeField(
  definition: EventDefinition,
  field: string,
  attributes: Attributes,
): void {
  const { name, parameter } = findField(field);
  if (name === 'hit_attribute.NAME')
    checkAttribute(definition, 'condition', 'hit', parameter, attributes);
  if (name === 'step_attribute.NAME')
    checkAttribute(definition, 'condition', 'step', parameter, attributes);
}

function checkAttribute(
  { name: event, trigger }: EventDefinition,
  where: string,
  home: 'hit' | 'step',
  name: string,
  attributes: Attributes,
): void {
  const attribute = attributes.get(name);
  if (attribute?.home !== home) {
    throw invalidEvent(event, where, `there is no ${home} attribute "${name}"`);
  }
  if (trigger === 'session_end') {
    throw invalidEvent(
      event,
      where,
      `${home} attributes are not there at the end of the session: set a session attribute from "${name}" before`,
    );
  }
  if (home === 'step' && scopeOf(trigger) !== 'step') {
    throw invalidEvent(
      event,
      where,
      `an event of a hit cannot read the step attribute "${name}": use the trigger every_step or after_every_step`,
    );
  }
}

function checkSource(
  definition: EventDefinition,
  where: string,
  from: ValueSource,
  attributes: Attributes,
): void {
  const { name: event, trigger } = definition;
  if (from.kind === 'fixed') return;
  if (from.kind === 'field') {
    const { home, name, parameter } = findField(from.field);
    if (name === 'hit_attribute.NAME' || name === 'step_attribute.NAME') {
      const kind = name === 'hit_attribute.NAME' ? 'hit_attribute' : 'step_attribute';
      checkSource(definition, where, { kind, name: parameter }, attributes);
      return;
    }
    const scope = scopeOf(trigger);
    const homes = {
      session: ['session'],
      hit: ['session', 'hit'],
      step: ['session', 'hit', 'step'],
    };
    if (homes[scope].includes(home)) return;
    throw invalidEvent(
      event,
      where,
      `${from.field} is of one ${home}, which an event of the trigger ${trigger} does not have`,
    );
  }
  checkAttribute(
    definition,
    where,
    from.kind === 'hit_attribute' ? 'hit' : 'step',
    from.name,
    attributes,
  );
  if (attributes.get(from.name)?.masked) {
    throw invalidEvent(
      event,
      where,
      `the attribute "${from.name}" is masked: its values are not recorded`,
    );
  }
}
