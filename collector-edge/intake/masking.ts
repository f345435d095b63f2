/**
 * Masks what is confidential in a captured request and response, before anything is written: credentials in headers,
 * passwords and their like in forms and bodies, and card numbers wherever they stand.
 */
import type { Hit } from '../../core/contract/hit.ts';

export const masked = '[masked]';

/** Headers that carry credentials. */
const secretHeaders = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-auth-token',
  'x-csrf-token',
  'x-xsrf-token',
]);

const secretWords =
  'pass(?:word|wd|phrase|code)?|pwd|pin|secret|token|otp|csrf|xsrf|api[-_]?key|card[-_]?(?:number|no|num)?|ccnum|cc[-_]?number|pan|cvv2?|cvc2?|csc|iban|ssn';
/** A name of which one word is secret: `new_password`, `user[password]`, `cardNumber`. */
const secretName = new RegExp(`(?:^|[^a-z])(?:${secretWords})(?:$|[^a-z])`, 'i');
/** `password=…` of a form, up to the next field. */
const secretPair = new RegExp(
  `((?:^|[&;?\\s])[^=&;\\s]{0,64}?(?:${secretWords})[^=&;\\sa-z]{0,64}=)[^&;\\s]*`,
  'gi',
);
/** `"password": "…"` of JSON; also a number. */
const secretMember = new RegExp(
  `("[^"\\\\]{0,64}?(?:${secretWords})[^"\\\\a-z]{0,64}"\\s*:\\s*)(?:"(?:[^"\\\\]|\\\\.)*"?|[\\d.]+)`,
  'gi',
);
/** 13 to 19 digits in a row, or in groups with one sign between them. */
const digitRun = /\d(?:[ -]?\d){12,18}(?!\d)/g;

type Captured = Pick<
  Hit,
  'requestHeaders' | 'form' | 'requestBody' | 'responseHeaders' | 'responseBody'
>;

/** The names of a dataset, made ready once for all its hits. */
interface OwnNames {
  all: ReadonlySet<string>;
  /** `name=…` of a form, and `"name": …` of JSON. */
  pair: RegExp;
  member: RegExp;
}

const ready = new WeakMap<readonly string[], OwnNames>();

function ownNames(names: readonly string[]): OwnNames | undefined {
  if (names.length === 0) return undefined;
  const known = ready.get(names);
  if (known !== undefined) return known;
  const either = names.map((name) => name.replace(/[^\p{L}\p{N}_]/gu, '\\$&')).join('|');
  const made = {
    all: new Set(names.map((name) => name.toLowerCase())),
    pair: new RegExp(`((?:^|[&;?\\s])(?:${either})=)[^&;\\s]*`, 'gi'),
    member: new RegExp(
      `("(?:${either})"\\s*:\\s*)(?:"(?:[^"\\\\]|\\\\.)*"?|[^\\s,\\]}\\[{"]+)`,
      'gi',
    ),
  };
  ready.set(names, made);
  return made;
}

/**
 * Changes the hit in place; names of headers are in lower case afterwards.
 * @param names whose values are masked as well, as the dataset has it
 */
export function maskCaptured(hit: Captured, names: readonly string[] = []): void {
  const own = ownNames(names);
  if (hit.requestHeaders) hit.requestHeaders = maskHeaders(hit.requestHeaders, own);
  if (hit.responseHeaders) hit.responseHeaders = maskHeaders(hit.responseHeaders, own);
  if (hit.form) hit.form = maskForm(hit.form, own);
  if (hit.requestBody) hit.requestBody = maskOwn(maskSecrets(hit.requestBody), own);
  if (hit.responseBody) hit.responseBody = maskOwn(maskCards(hit.responseBody), own);
}

function maskOwn(text: string, own: OwnNames | undefined): string {
  if (own === undefined) return text;
  return text.replace(own.pair, `$1${masked}`).replace(own.member, `$1"${masked}"`);
}

function maskHeaders(
  headers: Record<string, string>,
  own: OwnNames | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([given, value]) => {
      const name = given.toLowerCase();
      const isSecret = secretHeaders.has(name) || own?.all.has(name);
      return [name, isSecret ? masked : maskCards(value)];
    }),
  );
}

function maskForm(
  form: Record<string, string[]>,
  own: OwnNames | undefined,
): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(form).map(([name, values]) => [
      name,
      isSecretName(name) || own?.all.has(name.toLowerCase())
        ? values.map(() => masked)
        : values.map(maskCards),
    ]),
  );
}

/** Words of a name may stand in one piece: `newPassword`. */
export const isSecretName = (name: string): boolean =>
  secretName.test(name.replace(/([a-z0-9])([A-Z])/g, '$1_$2'));

function maskSecrets(text: string): string {
  const pairs = text.replace(secretPair, `$1${masked}`);
  return maskCards(pairs.replace(secretMember, `$1"${masked}"`));
}

/** Card numbers by their check digit: other long numbers stay. */
export function maskCards(text: string): string {
  return text.replace(digitRun, (run) => (isCardNumber(run.replace(/\D/g, '')) ? masked : run));
}

/** Luhn's check; cards begin with 2 to 6. */
function isCardNumber(digits: string): boolean {
  if (!/^[2-6]/.test(digits)) return false;
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits.charAt(digits.length - 1 - place));
    const doubled = digit * 2;
    if (place % 2 === 0) sum += digit;
    else sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
