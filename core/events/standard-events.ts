/**
 * The events that every dataset begins with: version 0 of its event set, in force until another one is published.
 * docs/events.md says what they mean; a test holds the two together.
 */
import {
  type EventDefinitionInput,
  type EventSet,
  eventSetSchema,
  type ValueSource,
} from '../contract/event.ts';

const field = (name: string): ValueSource => ({ kind: 'field', field: name });
const byPath = { name: 'path', from: field('request.path') };

/** What pages say where a search has found nothing. */
const nothingFound =
  '\\b(?:no|0|zero) (?:results|matches|products|items|hits)\\b|nothing (?:was )?found|did not match any|keine (?:ergebnisse|treffer)|aucun r.sultat|sin resultados|geen resultaten';
const loginRefused =
  '(?:invalid|incorrect|wrong|unknown) (?:user ?name|user|e-?mail|password|login|credentials)';
const confirmationPath =
  '/(?:order|checkout|purchase|cart)s?(?:[-_/][^/]+)?[-_/](?:confirm(?:ed|ation)?|completed?|success|received|thank-?you)\\b';
const files =
  '\\.(?:pdf|zip|gz|tgz|bz2|xz|7z|rar|dmg|pkg|exe|msi|deb|rpm|apk|iso|csv|xlsx?|docx?|pptx?|odt|ods|odp|epub|mp3|mp4|mov|avi)$';

const definitions: readonly EventDefinitionInput[] = [
  {
    name: 'Page not found',
    description: 'A request was answered with 404.',
    trigger: 'every_hit',
    condition: 'response.status = 404',
    dimensions: [byPath, { name: 'referrer', from: field('request.referrer') }],
  },
  {
    name: 'Server error',
    description: 'A request was answered with 500 or more; the number is the status.',
    trigger: 'every_hit',
    condition: 'response.status >= 500',
    record: { kind: 'number', from: field('response.status') },
    dimensions: [byPath],
  },
  {
    name: 'Slow page',
    description: 'A page took more than three seconds to answer; the number is milliseconds.',
    trigger: 'every_hit',
    condition: 'hit.type = "page_view" and response.duration > 3 seconds',
    record: { kind: 'number', from: field('response.duration') },
    dimensions: [byPath],
  },
  {
    name: 'Script error',
    description: 'A script of a page failed; the text is its message.',
    trigger: 'every_step',
    condition: 'step.kind = "error"',
    record: { kind: 'text', from: field('step.value') },
    dimensions: [byPath, { name: 'script', from: field('step.target') }],
  },
  {
    name: 'Dead click',
    description: 'A click on a button after which nothing on the page moved for a second.',
    trigger: 'every_step',
    condition: 'step.kind = "dead_click"',
    dimensions: [byPath, { name: 'element', from: field('step.target') }],
  },
  {
    name: 'Rage click',
    description: 'Three clicks in a row at the same place that select no text.',
    trigger: 'every_step',
    condition: 'step.kind = "rage_click"',
    dimensions: [byPath, { name: 'element', from: field('step.target') }],
  },
  {
    name: 'Form used',
    description: 'Something was put into a form.',
    trigger: 'every_step',
    condition: 'step.kind = "input"',
    buildingBlock: true,
  },
  {
    name: 'Form submitted',
    description: 'A form was sent.',
    trigger: 'every_step',
    condition: 'step.kind = "submit"',
    buildingBlock: true,
  },
  {
    name: 'Form abandoned',
    description: 'Something was put into a form, and nothing was sent after that.',
    trigger: 'session_end',
    condition: 'event "Form used" then not event "Form submitted"',
  },
  {
    name: 'Repeated submit',
    description: 'A form was sent again within ten seconds.',
    trigger: 'after_every_step',
    condition: 'event "Form submitted" then event "Form submitted" within 10 seconds',
    dimensions: [byPath, { name: 'form', from: field('step.target') }],
  },
  {
    name: 'Search without result',
    description: 'A page of a search says that there is nothing.',
    trigger: 'every_hit',
    condition: `(request.query.q exists or request.query.query exists or request.query.search exists or request.query.s exists) and (page.title matches "${escaped(nothingFound)}" or response.body matches "${escaped(nothingFound)}")`,
    record: { kind: 'text', from: field('request.query') },
  },
  {
    name: 'Login failed',
    description: 'A form of a login was refused.',
    trigger: 'every_hit',
    condition: `request.method = "POST" and request.path matches "log-?in|sign-?in|session" and (response.status in (400, 401, 403, 422) or response.body matches "${escaped(loginRefused)}")`,
    dimensions: [byPath],
    actions: [{ do: 'add_to_counter', counter: 'failed_logins' }],
  },
  {
    name: 'Purchase confirmed',
    description: 'A page confirms an order; the number is its total where the response shows it.',
    trigger: 'every_hit',
    condition: `hit.type in ("page_view", "request") and not response.status >= 400 and (request.path matches "${escaped(confirmationPath)}" or page.title contains "order confirm" or page.title contains "thank you for your order" or page.title contains "thank you for your purchase" or response.body contains "thank you for your order" or response.body contains "thank you for your purchase")`,
    record: { kind: 'number', from: { kind: 'hit_attribute', name: 'order_total' } },
    dimensions: [byPath],
    actions: [
      { do: 'add_to_counter', counter: 'purchases' },
      {
        do: 'add_to_counter',
        counter: 'revenue',
        from: { kind: 'hit_attribute', name: 'order_total' },
      },
    ],
  },
  {
    name: 'Download',
    description: 'A link to a file was clicked; the text is its address.',
    trigger: 'every_step',
    condition: 'step.kind = "download"',
    record: { kind: 'text', from: field('step.target') },
    dimensions: [byPath],
  },
  {
    name: 'File served',
    description: 'A file that people download was served, by a log or by capture.',
    trigger: 'every_hit',
    condition: `hit.type = "request" and request.path matches "${escaped(files)}" and response.status in (200, 206)`,
    dimensions: [byPath],
  },
  {
    name: 'Outbound link',
    description: 'A link to another site was clicked; the text is its address.',
    trigger: 'every_step',
    condition: 'step.kind = "outbound"',
    record: { kind: 'text', from: field('step.target') },
    dimensions: [byPath],
  },
  {
    name: 'Robots file read',
    description: 'The file that only robots read was asked for.',
    trigger: 'every_hit',
    condition: 'request.path = "/robots.txt"',
    track: 'first',
    buildingBlock: true,
  },
  {
    name: 'Robot behaviour',
    description: 'Who does not say that it is a robot behaves like one.',
    trigger: 'session_end',
    condition:
      'robot = false and (event "Robots file read" or (session.hits >= 60 and session.duration < 1 minute))',
  },
];

/** A pattern within the quotes of a condition. */
function escaped(pattern: string): string {
  return pattern.replaceAll('\\', '\\\\');
}

export const standardEventSet: EventSet = eventSetSchema.parse({
  version: 0,
  attributes: [
    {
      name: 'order_total',
      side: 'response',
      type: 'number',
      take: {
        by: 'pattern',
        pattern: '(?:total|summe|betrag)[^0-9]{0,60}([0-9][0-9.,]{0,15})',
      },
    },
  ],
  events: definitions,
});
