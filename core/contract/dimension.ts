/** Dimensions: what a metric can be broken down by. A missing SQL meaning of one does not compile. */
export interface Dimension {
  label: string;
  /** `session` dimensions are the same for all hits of a session, `hit` dimensions belong to one hit. */
  home: 'session' | 'hit' | 'both';
  definition: string;
  /**
   * The field of the condition language whose value it is. Where there is none, a row cannot be opened by the
   * dimension's value alone: it is worked out, such as the hour of the day.
   */
  field?: string;
}

const ofSession = (label: string, field: string, definition: string) =>
  ({ label, home: 'session', field, definition }) as const;
const workedOut = (label: string, definition: string) =>
  ({ label, home: 'session', definition }) as const;
const ofHit = (label: string, field: string, definition: string) =>
  ({ label, home: 'hit', field, definition }) as const;
const ofTime = (label: string, definition: string) =>
  ({ label, home: 'both', definition }) as const;

export const dimensions = {
  day: ofTime('Day', "Calendar day in the dataset's time zone."),
  week: ofTime('Week', "Monday of the week in the dataset's time zone."),
  month: ofTime('Month', "First day of the month in the dataset's time zone."),
  weekday: ofTime('Weekday', "Day of the week in the dataset's time zone: 1 is Monday, 7 Sunday."),
  hour: ofTime('Hour', "Hour of the day in the dataset's time zone, 0 to 23."),
  path: ofHit('Page', 'request.path', 'Path of the requested URL.'),
  page_group: {
    label: 'Page group',
    home: 'hit',
    definition: 'The first page group that the hit belongs to; empty for hits of none.',
  },
  title: ofHit('Title', 'page.title', 'Title of the page.'),
  host: ofHit('Host', 'request.host', 'Host of the requested URL.'),
  query: ofHit('Query', 'request.query', 'Query of the requested URL, without the question mark.'),
  site_search: ofHit(
    'Searched for',
    'site_search',
    'What was looked for on the site itself: the decoded value of q, query, s, search, keyword, suche, recherche or buscar in the query.',
  ),
  method: ofHit('Method', 'request.method', 'HTTP method of the request.'),
  status: ofHit('Status', 'response.status', 'HTTP status code of the response, where known.'),
  event: ofHit('Custom event', 'custom.name', 'Name of the custom event that the page sent.'),
  hit_referrer: ofHit('Referring page', 'request.referrer', 'Referrer of the hit itself, as sent.'),
  entry_path: ofSession('Entry page', 'entry.path', 'Path of the first page view of the session.'),
  exit_path: ofSession('Exit page', 'exit.path', 'Path of the last page view of the session.'),
  channel: ofSession(
    'Channel',
    'channel',
    'Class of the source: by own rules of the dataset, else paid search, organic search, paid social, organic social, email, display, affiliate, AI assistant, referral, direct or other; the first that fits of the rules in docs/queries.md.',
  ),
  referrer: ofSession(
    'Referrer',
    'referrer.host',
    'Host of the page that led to the session; empty for direct entries and for own hosts.',
  ),
  referrer_path: ofSession('Referring path', 'referrer.path', 'Path of the page that led here.'),
  source: ofSession(
    'Source',
    'source',
    'utm_source of the entry page, else what a click id says, else the name of the referrer.',
  ),
  medium: ofSession(
    'Medium',
    'medium',
    'utm_medium of the entry page, else what a click id says, else the kind of the referrer: organic, social, email, cpc, ai-assistant or referral.',
  ),
  campaign: ofSession('Campaign', 'campaign', 'utm_campaign of the entry page.'),
  term: ofSession(
    'Term',
    'term',
    'utm_term of the entry page, else the words that the search engine hands on.',
  ),
  content: ofSession('Content', 'content', 'utm_content of the entry page.'),
  click_id: ofSession(
    'Click id',
    'click_id',
    'Name of the parameter by which an advertiser marked the click, such as gclid.',
  ),
  browser: ofSession('Browser', 'browser', 'Browser name, from the user agent.'),
  browser_version: ofSession('Version', 'browser.version', 'Major version of the browser.'),
  system: ofSession('System', 'system', 'Operating system, from the user agent.'),
  device: ofSession(
    'Device',
    'device.type',
    'desktop, mobile, tablet, tv or robot, from the user agent.',
  ),
  screen: workedOut(
    'Screen',
    'Width of the screen in CSS pixels: under 576, to 991, to 1439, or from 1440.',
  ),
  country: ofSession(
    'Country',
    'country',
    'Two-letter country, where the edge or a database of places knows it.',
  ),
  region: ofSession(
    'Region',
    'region',
    'Region or state, where the edge or a database of places knows it.',
  ),
  city: ofSession('City', 'city', 'City, where the edge or a database of places knows it.'),
  network: ofSession(
    'Network',
    'address.prefix',
    'Client address, cut: v4 to /24, v6 to /48. It stands for the network of the client.',
  ),
  language: ofSession('Language', 'language', 'Preferred language of the client.'),
  origin: ofSession('Origin', 'session.origin', 'tracker or log.'),
  end_reason: ofSession('End', 'session.end_reason', 'Why the session ended.'),
  robot: ofSession('Robot', 'robot.name', 'Name of the robot, where the session is one.'),
  robot_purpose: ofSession(
    'Purpose',
    'robot.purpose',
    'What the robot is for: search engine, AI training, AI search, AI assistant, link preview, monitoring, SEO tool, feed reader, scanner, archiver, advertising, program, or other.',
  ),
  robot_behaviour: ofSession(
    'Behaviour',
    'robot.behaviour',
    'The rule by whose behaviour the session is a robot’s, where its user agent does not say so.',
  ),
  visitor_kind: workedOut(
    'Visitor',
    'new: no earlier session of the visitor key is stored; returning: there is one.',
  ),
  frequency: workedOut(
    'Session number',
    'How many-th stored session of its visitor it is: 1, 2, 3, 4, 5-8, 9-14, 15-25, 26-50 or 51+.',
  ),
  recency: workedOut(
    'Days since last',
    'Whole days since the last session of the visitor began: 0, 1, 2-3, 4-7, 8-14, 15-30, 31-60 or 61+; empty for a first session.',
  ),
  depth: workedOut('Page views', 'Page views of the session: 0, 1, 2, 3, 4, 5-7, 8-12 or 13+.'),
  duration: workedOut(
    'Duration',
    'Duration of the session: 0 s, 1-10 s, 11-30 s, 31-60 s, 1-3 min, 3-10 min, 10-30 min or 30+ min.',
  ),
} as const satisfies Record<string, Dimension>;

export type DimensionName = keyof typeof dimensions;
export const dimensionNames = Object.keys(dimensions) as [DimensionName, ...DimensionName[]];
