/**
 * The SQL meaning of each field: over a session row `s`, a hit row `h`, a step row `t` or an event row `e`. An
 * undefined one is not in the tables. `$NAME` stands for the bound name of a family.
 */
import type { FieldName } from './fields.ts';
import { siteSearchPattern } from './site-search.ts';

/** Decodes like `decodeComponent`; what is no UTF-8 then stays as it was sent. */
const decoded = (text: string) =>
  `coalesce(TRY(url_decode(replace(${text}, '+', ' '))), replace(${text}, '+', ' '))`;

const queryValues = [
  `list_transform(list_filter(string_split(h.query, '&'),`,
  `lambda x: ${decoded("split_part(x, '=', 1)")} = $NAME),`,
  `lambda x: ${decoded("CASE WHEN contains(x, '=') THEN substr(x, strpos(x, '=') + 1) ELSE '' END")})`,
].join(' ');

export const siteSearchSql = [
  `list_filter(list_transform(regexp_extract_all(h.query, '${siteSearchPattern}', 1),`,
  `lambda x: trim(${decoded('x')}, ' ')), lambda x: x <> '')[1]`,
].join(' ');

const hexOf = (uuid: string) => `replace(${uuid}::VARCHAR, '-', '')`;

export const fieldSql: Record<FieldName, string | undefined> = {
  'request.method': 'h.method',
  'request.host': 'h.host',
  'request.path': 'h.path',
  'request.query': 'h.query',
  'request.query.NAME': queryValues,
  site_search: siteSearchSql,
  'request.protocol': 'h.protocol',
  'request.referrer': 'h.referrer',
  'request.header.NAME': undefined,
  'request.form.NAME': undefined,
  'request.body': undefined,
  'response.status': 'h.status',
  'response.bytes': 'h.response_bytes',
  'response.duration': 'h.duration_ms',
  'response.header.NAME': undefined,
  'response.body': undefined,
  'page.title': 'h.title',
  'hit_attribute.NAME': undefined,
  'step_attribute.NAME': undefined,
  'hit.type': 'h.type',
  'hit.time': 'h."at"',
  'hit.number': 'h.number',
  'custom.name': 'h.event',
  'property.NAME': 'TRY(json_extract_string(h.properties, $NAME))',
  'step.kind': 't.kind',
  'step.target': 't.target',
  'step.value': 't.value',
  'step.time': 't."at"',
  'event.value': 'e.value_number',
  'event.text': 'e.value_text',
  'session.id': hexOf('s.session_id'),
  'session.origin': 's.origin',
  'session.start': 's.started_at',
  'session.end': 's.ended_at',
  'session.duration': 's.duration_ms',
  'session.hits': 's.hits',
  'session.page_views': 's.page_views',
  'session.bounce': 's.is_bounce',
  'session.end_reason': 's.end_reason',
  'session.seen_by_tag': '(s.seen_by_tag IS TRUE)',
  'session.continues': hexOf('s.continues_session_id'),
  'attribute.NAME':
    '(SELECT list(v.value) FROM $session_values v WHERE v.session_id = s.session_id AND v.field = $NAME)',
  visitor: 's.visitor_id',
  user: 's.user_id',
  robot: 's.is_robot',
  'robot.name': 's.robot',
  'robot.purpose': 's.robot_purpose',
  'robot.behaviour': 's.robot_behaviour',
  browser: 's.browser',
  'browser.version': 's.browser_version',
  system: 's.system',
  'device.type': 's.device',
  user_agent: 's.user_agent',
  country: 's.country',
  region: 's.region',
  city: 's.city',
  language: 's.language',
  'screen.width': 's.screen_width',
  'address.prefix': 's.address_prefix',
  'address.key': 's.address_key',
  'entry.host': 's.entry_host',
  'entry.path': 's.entry_path',
  'exit.path': 's.exit_path',
  'referrer.host': 's.referrer_host',
  'referrer.path': 's.referrer_path',
  channel: 's.channel',
  source: 's.source',
  medium: 's.medium',
  campaign: 's.campaign',
  term: 's.term',
  content: 's.content',
  click_id: 's.click_id',
};
