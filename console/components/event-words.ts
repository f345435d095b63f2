/** Events in words: their parts as forms and lists name them. */
import { msg } from '@lit/localize';
import type {
  EventAction,
  EventDefinition,
  HitAttribute,
  ValueSource,
} from '../../core/contract/event.ts';
import type { Backfill, EventChange, EventDraft } from '../../core/contract/event-life.ts';

export const triggerTexts: Record<EventDefinition['trigger'], string> = {
  first_hit: msg('On the first hit'),
  every_hit: msg('On every hit'),
  every_step: msg('On every step'),
  after_every_step: msg('After every step'),
  after_every_hit: msg('After every hit'),
  last_hit: msg('On the last hit'),
  session_end: msg('At the end of the session'),
};

export const trackTexts: Record<EventDefinition['track'], string> = {
  every: msg('Every occurrence'),
  first: msg('The first of a session'),
  last: msg('The last of a session'),
};

export const recordTexts: Record<EventDefinition['record']['kind'], string> = {
  count: msg('Its count alone'),
  number: msg('A number'),
  text: msg('A text'),
};

export const sourceTexts: Record<ValueSource['kind'], string> = {
  field: msg('a field'),
  hit_attribute: msg('a hit attribute'),
  step_attribute: msg('a step attribute'),
  fixed: msg('a fixed value'),
};

export const actionTexts: Record<EventAction['do'], string> = {
  set_attribute: msg('Set a session attribute'),
  add_to_counter: msg('Add to a counter'),
  close_session: msg('Close the session'),
  discard_session: msg('Discard the session'),
  change_timeout: msg('Change the idle timeout'),
  raise_alert: msg('Raise an alert'),
};

export const draftStateTexts: Record<EventDraft['state'], string> = {
  draft: msg('Draft'),
  published: msg('Published'),
  changed: msg('Changed since'),
};

export const takeTexts: Record<HitAttribute['take']['by'], string> = {
  between: msg('Between two markers'),
  pattern: msg('By a pattern (RE2)'),
  selector: msg('By a CSS selector'),
  pointer: msg('By a JSON pointer'),
  query: msg('A query parameter'),
  form: msg('A form field'),
  header: msg('A header'),
};

export const jobStateTexts: Record<Backfill['state'], string> = {
  waiting: msg('Waiting'),
  running: msg('Running'),
  done: msg('Done'),
  cancelled: msg('Cancelled'),
  failed: msg('Failed'),
};

export const changeTexts: Record<EventChange['action'], string> = {
  saved: msg('saved'),
  deleted: msg('deleted'),
  ordered: msg('put in another order'),
  published: msg('published'),
  rolled_back: msg('rolled back'),
  facts_removed: msg('past facts removed'),
};
