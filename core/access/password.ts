/** Passwords: which may be chosen, and how they are kept (scrypt as OWASP advises, a few at a time). */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { accessLimits } from '../contract/access.ts';
import { Problem } from '../contract/problem.ts';

/** `log2N` 17 takes 128 MiB and about a fifth of a second. */
const cost = { log2N: 17, r: 8, p: 1 } as const;
const memoryBytesMax = 256 * 1024 * 1024;
const keyBytes = 32;
const saltBytes = 16;
/** More at a time would starve the thread pool, and take much memory. */
const atOnceMax = 2;
const waitingMax = 50;

export interface Passwords {
  hash(password: string): Promise<string>;
  /**
   * Takes as long for an absent hash as for a present one.
   * @throws Problem `guesses_too_many` when too many wait
   */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  /** True where a hash was made with less work than new ones: it is made anew at the next sign-in. */
  isWeak(hash: string): boolean;
}

/** @param log2N smaller in tests, which have no time */
export function createPasswords(log2N: number = cost.log2N): Passwords {
  const inTurn = createTurns();
  const hash = async (password: string) => {
    const salt = randomBytes(saltBytes);
    const parameters = { log2N, r: cost.r, p: cost.p };
    const key = await inTurn(() => derive(password, salt, parameters));
    return `scrypt$${log2N}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
  };
  let nobodys: Promise<string> | undefined;
  return {
    hash,
    async verify(password, known) {
      nobodys ??= hash(randomBytes(saltBytes).toString('hex'));
      const [name, n, r, p, salt = '', key = ''] = (known ?? (await nobodys)).split('$');
      if (name !== 'scrypt') return false;
      const parameters = { log2N: Number(n), r: Number(r), p: Number(p) };
      const found = await inTurn(() =>
        derive(password, Buffer.from(salt, 'base64url'), parameters),
      );
      const same = timingSafeEqual(found, Buffer.from(key, 'base64url'));
      return same && known !== undefined;
    },
    isWeak: (known) => Number(known.split('$')[1]) < log2N,
  };
}

/** @throws Problem `password_unusable` */
export async function checkPassword(password: string, email: string): Promise<void> {
  const { passwordLengthMin: min, passwordLengthMax: max } = accessLimits;
  const length = [...password].length;
  if (length < min || length > max)
    refuse(`The password has ${length} characters; it takes ${min} to ${max}.`);
  const folded = password.toLowerCase();
  if (folded === email || folded === email.split('@')[0])
    refuse('The password is your mail address. Choose another one.');
  if ((await commonPasswords()).has(folded))
    refuse('Many people use this password, so it is guessed first. Choose another one.');
}

function refuse(why: string): never {
  throw new Problem('password_unusable', why);
}

let common: Promise<ReadonlySet<string>> | undefined;

/** About 50,000, loaded when the first password is chosen. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common']),
  );
  return common;
}

function derive(
  password: string,
  salt: Buffer,
  { log2N, r, p }: { log2N: number; r: number; p: number },
): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** log2N, r, p, maxmem: memoryBytesMax };
  return new Promise((resolve, reject) => {
    // The same letters may come in different bytes, depending on the keyboard.
    scrypt(password.normalize('NFC'), salt, keyBytes, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** Runs a few at a time, the others in their order. */
function createTurns() {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting.length >= waitingMax)
      throw new Problem('guesses_too_many', 'Too many people sign in at this moment. Try again.');
    if (running >= atOnceMax) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
