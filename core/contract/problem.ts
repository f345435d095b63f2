/**
 * Problems: what may go wrong and is said to the outside, as RFC 9457 `application/problem+json`.
 * The list of codes is closed; each is described in docs/problems.md (a test holds the two together).
 */

/** Every problem code with its HTTP status and its title. */
export const problemCodes = {
  body_too_large: { status: 413, title: 'The body is too large' },
  body_unreadable: { status: 400, title: 'The body ended early or could not be read' },
  encoding_unsupported: { status: 415, title: 'Compressed bodies are not taken here' },
  not_json: { status: 400, title: 'The body is not JSON' },
  not_utf8: { status: 400, title: 'The body is not UTF-8' },
  json_too_deep: { status: 400, title: 'The JSON is nested too deeply' },
  json_too_wide: { status: 400, title: 'An object has too many keys' },
  key_forbidden: { status: 400, title: 'A key of the JSON is not allowed' },
  text_invalid: { status: 400, title: 'A text holds a lone surrogate or a NUL character' },
  hit_invalid: { status: 400, title: 'The hit does not have the right shape' },
  hits_too_many: { status: 413, title: 'Too many hits in one request' },
  dataset_unknown: { status: 404, title: 'There is no such dataset' },
  host_not_allowed: { status: 403, title: 'The dataset does not take hits of this host' },
  rate_exceeded: { status: 429, title: 'Hits come faster than they may' },
  inbox_full: { status: 503, title: 'Too many hits are waiting to be stored' },
  inbox_failed: { status: 503, title: 'The hits could not be stored' },
  disk_low: { status: 503, title: 'The disk is nearly full' },
  shutting_down: { status: 503, title: 'The server is stopping' },
  route_unknown: { status: 404, title: 'There is nothing at this address' },
  method_not_allowed: { status: 405, title: 'The address does not take this method' },
  local_only: { status: 403, title: 'The console and its API answer on this machine only' },
  cross_origin: { status: 403, title: 'A change must come from the console or the command line' },
  sign_in_needed: { status: 401, title: 'One must be signed in for this' },
  sign_in_refused: { status: 401, title: 'Mail address, password or code is not right' },
  second_factor_needed: { status: 401, title: 'The code of the authenticator is needed' },
  right_missing: { status: 403, title: 'The right to do this is missing' },
  guesses_too_many: { status: 429, title: 'There were too many tries to sign in' },
  password_unusable: { status: 400, title: 'The password cannot be used' },
  link_unusable: { status: 410, title: 'The link does not work any more' },
  user_unknown: { status: 404, title: 'There is no such user' },
  user_exists: { status: 409, title: 'There is a user of this mail address already' },
  last_administrator: { status: 409, title: 'Nobody would be administrator any more' },
  sign_in_unknown: { status: 404, title: 'There is no such sign-in' },
  key_unknown: { status: 404, title: 'There is no such API key' },
  oidc_failed: { status: 502, title: 'The sign-in of the organisation did not work' },
  request_invalid: { status: 400, title: 'The request does not have the right shape' },
  dataset_exists: { status: 409, title: 'A dataset of this name exists already' },
  dataset_in_use: { status: 409, title: 'Sources or subscriptions need the dataset' },
  date_range_invalid: { status: 400, title: 'The date range cannot be used' },
  query_invalid: { status: 400, title: 'The query cannot be answered as asked' },
  condition_invalid: { status: 400, title: 'The condition is not understood' },
  event_invalid: { status: 400, title: 'The event cannot be used' },
  condition_not_in_tables: {
    status: 400,
    title: 'The tables do not hold what the condition needs',
  },
  definition_unknown: { status: 404, title: 'There is no definition of this name' },
  definition_invalid: { status: 400, title: 'The definition cannot be used' },
  definition_needed: { status: 409, title: 'Other definitions need this one' },
  configuration_invalid: { status: 400, title: 'The configuration cannot be taken in' },
  costs_invalid: { status: 400, title: 'The file of costs cannot be read' },
  alert_unknown: { status: 404, title: 'There is no alert of this name' },
  alert_not_raised: { status: 409, title: 'The alert is not raised, or closed already' },
  alert_invalid: { status: 400, title: 'The alert cannot be used as it is' },
  channel_unknown: { status: 404, title: 'There is no channel of this name' },
  channel_invalid: { status: 400, title: 'The channel cannot be used as it is' },
  channel_in_use: { status: 409, title: 'Alerts still use the channel' },
  subscription_unknown: { status: 404, title: 'There is no subscription of this name' },
  subscription_invalid: { status: 400, title: 'The subscription cannot be used as it is' },
  subscription_paused: { status: 409, title: 'The subscription is paused' },
  delivery_unknown: { status: 404, title: 'There is no delivery of this id' },
  delivery_waits: { status: 409, title: 'The delivery waits to be sent already' },
  source_unknown: { status: 404, title: 'There is no source of this name' },
  source_invalid: { status: 400, title: 'The source cannot be used as it is' },
  source_running: { status: 409, title: 'The source is running already' },
  source_failed: { status: 502, title: 'The log could not be fetched' },
  field_not_indexed: { status: 400, title: 'The index does not hold the field' },
  search_too_wide: { status: 400, title: 'Too many sessions would have to be read' },
  search_too_slow: { status: 408, title: 'The search ran too long and was stopped' },
  search_unknown: { status: 404, title: 'There is no saved search of this name' },
  event_unknown: { status: 404, title: 'There is no event or attribute of this name' },
  event_exists: { status: 409, title: 'An event or attribute of this name exists already' },
  event_changed: { status: 412, title: 'Somebody has changed it meanwhile' },
  changed_meanwhile: { status: 412, title: 'Somebody has changed it meanwhile' },
  event_needed: { status: 409, title: 'Other events need it' },
  event_unpublished: { status: 409, title: 'The event is not published' },
  job_unknown: { status: 404, title: 'There is no dry run or backfill of this number' },
  jobs_too_many: { status: 429, title: 'Too many jobs wait already' },
  streams_too_many: { status: 429, title: 'Too many live views are open' },
  session_unknown: { status: 404, title: 'There is no session of this id' },
  hit_unknown: { status: 404, title: 'There is no hit of this number set aside' },
  report_unknown: { status: 404, title: 'There is no report of this name' },
  sql_invalid: { status: 400, title: 'The SQL is not understood' },
  sql_not_select: { status: 403, title: 'Only one SELECT statement can be run' },
  sql_forbidden: { status: 403, title: 'The SQL uses something that is not allowed' },
  sql_too_large: { status: 413, title: 'The SQL needed more memory than it may have' },
  sql_busy: { status: 503, title: 'Too many queries are running' },
  parameter_invalid: { status: 400, title: 'A parameter of the query cannot be used' },
  query_unknown: { status: 404, title: 'There is no saved query of this name' },
  export_unknown: { status: 404, title: 'There is no such export' },
  token_unknown: { status: 404, title: 'There is no read token of this name' },
  token_invalid: { status: 401, title: 'A read token is needed' },
  shared_link_unknown: { status: 404, title: 'There is no such shared link' },
  data_changed: { status: 409, title: 'The data changed while it was read' },
  published_unknown: { status: 404, title: 'There is no such published file' },
  sql_too_slow: { status: 408, title: 'The SQL ran too long and was stopped' },
  import_unknown: { status: 404, title: 'There is no such import under way' },
  import_format_unknown: { status: 400, title: 'The lines are not in a known log format' },
  file_missing: { status: 404, title: 'The file is not there' },
  file_unreadable: { status: 400, title: 'The file cannot be read' },
  data_in_use: { status: 409, title: 'Another process owns this data folder' },
  port_in_use: { status: 409, title: 'The port cannot be listened on' },
  data_unusable: { status: 500, title: 'The data folder cannot be used' },
  data_newer: { status: 409, title: 'The data folder was written by a newer version' },
  key_missing: { status: 500, title: 'The master key does not open this data' },
  hits_lost: { status: 409, title: 'Stored hits are missing' },
  tables_damaged: { status: 500, title: 'The tables are damaged' },
  dataset_held: { status: 409, title: 'The stores of the dataset cannot be used' },
  recut_unknown: { status: 404, title: 'There is no recut to apply' },
  recut_stale: { status: 409, title: 'The past has changed since the recut was made' },
  rules_changed: { status: 412, title: 'Somebody has changed the rules meanwhile' },
  upkeep_busy: { status: 409, title: 'Other work on the dataset is under way' },
  visitor_unknown: { status: 404, title: 'Nothing is kept of this visitor' },
  upkeep_unknown: { status: 404, title: 'There is no such work under way' },
  rebuild_loses: { status: 409, title: 'New tables would lose sessions' },
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problemCodes;

/** A problem as it crosses HTTP. `detail` says what was wrong, where, and what to do. */
export interface ProblemBody {
  type: string;
  code: ProblemCode;
  title: string;
  status: number;
  detail: string;
}

/**
 * The one error class for what may happen. Programmer errors are plain `Error`s.
 * @example throw new Problem('dataset_unknown', 'No dataset is called "shop". Make it with: canister dataset create shop');
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
  }

  get status(): number {
    return problemCodes[this.code].status;
  }

  toBody(): ProblemBody {
    const { status, title } = problemCodes[this.code];
    return {
      type: `urn:canister:problem:${this.code}`,
      code: this.code,
      title,
      status,
      detail: this.message,
    };
  }
}

/** True for a decoded JSON value that is a problem body. */
export function isProblemBody(value: unknown): value is ProblemBody {
  if (typeof value !== 'object' || value === null) return false;
  const { code, detail } = value as Partial<ProblemBody>;
  return typeof code === 'string' && code in problemCodes && typeof detail === 'string';
}
