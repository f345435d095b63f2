/** Events in words: their parts as forms and lists name them. */
import type {
  EventAction,
  EventDefinition,
  HitAttribute,
  ValueSource,
} from '../../core/contract/event.ts';
import type { Backfill, EventChange, EventDraft } from '../../core/contract/event-life.ts';

export const triggerTexts: Record<EventDefinition['trigger'], string> = {
  first_hit: 'On the first hit',
  every_hit: 'On every hit',
  every_step: 'On every step',
  after_every_step: 'After every step',
  after_every_hit: 'After every hit',
  last_hit: 'On the last hit',
  session_end: 'At the end of the session',
};

export const trackTexts: Record<EventDefinition['track'], string> = {
  every: 'Every occurrence',
  first: 'The first of a session',
  last: 'The last of a session',
};

export const recordTexts: Record<EventDefinition['record']['kind'], string> = {
  count: 'Its count alone',
  number: 'A number',
  text: 'A text',
};

export const sourceTexts: Record<ValueSource['kind'], string> = {
  field: 'a field',
  hit_attribute: 'a hit attribute',
  step_attribute: 'a step attribute',
  fixed: 'a fixed value',
};

export const actionTexts: Record<EventAction['do'], string> = {
  set_attribute: 'Set a session attribute',
  add_to_counter: 'Add to a counter',
  close_session: 'Close the session',
  discard_session: 'Discard the session',
  change_timeout: 'Change the idle timeout',
  raise_alert: 'Raise an alert',
};

export const draftStateTexts: Record<EventDraft['state'], string> = {
  draft: 'Draft',
  published: 'Published',
  changed: 'Changed since',
};

export const takeTexts: Record<HitAttribute['take']['by'], string> = {
  between: 'Between two markers',
  pattern: 'By a pattern (RE2)',
  selector: 'By a CSS selector',
  pointer: 'By a JSON pointer',
  query: 'A query parameter',
  form: 'A form field',
  header: 'A header',
};

export const jobStateTexts: Record<Backfill['state'], string> = {
  waiting: 'Waiting',
  running: 'Running',
  done: 'Done',
  cancelled: 'Cancelled',
  failed: 'Failed',
};

export const changeTexts: Record<EventChange['action'], string> = {
  saved: 'saved',
  deleted: 'deleted',
  ordered: 'put in another order',
  published: 'published',
  rolled_back: 'rolled back',
  facts_removed: 'past facts removed',
};
