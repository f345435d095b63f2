/**
 * Shared links: made by who may explore a dataset, opened by whoever has the address, revoked by who made them or by an
 * administrator. A stranger learns nothing of a dataset but what the report says, and not whether a link ever was.
 */
import type { Clock } from '../clock.ts';
import { parseCondition } from '../conditions/parse.ts';
import { Problem } from '../contract/problem.ts';
import type {
  MadeSharedLink,
  SharedLink,
  SharedLinkInput,
  SharedReport,
} from '../contract/shared-link.ts';
import type { AuditTrail } from './audit.ts';
import { type Caller, entryOf } from './caller.ts';
import type { Guesses } from './guesses.ts';
import { checkPassword, type Passwords } from './password.ts';
import type { KeptSharedLink, SharedLinkStore } from './shared-link-store.ts';
import { hashOf, newId, newToken } from './tokens.ts';

const dayMs = 86_400_000;
/** A page that is opened again and again is made once a minute: strangers must not keep the tables busy. */
const freshMs = 60_000;
const pagesMax = 50;

/** What opening a link gives. `asks` has no page: a password is needed, or the one that was given is wrong. */
export type OpenedLink = { page: string } | { asks: 'password'; isWrong: boolean };

export interface SharedLinkDesk {
  list(slug: string): Promise<SharedLink[]>;
  /** @throws Problem `password_unusable`, `request_invalid`, and what the report throws */
  create(slug: string, input: SharedLinkInput, by: Caller): Promise<MadeSharedLink>;
  /**
   * @param mayAll whether links of others may go too
   * @throws Problem `shared_link_unknown`, `right_missing`
   */
  remove(slug: string, id: string, by: Caller, mayAll: boolean): Promise<void>;
  /**
   * @param address the cut address of who opens it
   * @returns undefined where there is no such link, or none any more
   * @throws Problem `guesses_too_many`, and what the report throws
   */
  open(
    token: string,
    password: string | undefined,
    address: string,
  ): Promise<OpenedLink | undefined>;
}

export interface SharedLinkDeskOptions {
  store: SharedLinkStore;
  audit: Pick<AuditTrail, 'append'>;
  passwords: Passwords;
  guesses: Guesses;
  clock: Clock;
  /** Where people reach the console, without a slash at the end. */
  consoleUrl: () => string;
  /** The report as a page of its own. */
  draw: (slug: string, shows: SharedReport) => Promise<string>;
}

export function createSharedLinkDesk(options: SharedLinkDeskOptions): SharedLinkDesk {
  const { store, audit, passwords, guesses, clock, consoleUrl, draw } = options;
  const pages = new Map<string, { madeAt: number; page: Promise<string> }>();

  function pageOf(id: string, slug: string, shows: SharedReport): Promise<string> {
    const known = pages.get(id);
    if (known !== undefined && clock() - known.madeAt < freshMs) return known.page;
    const page = draw(slug, shows);
    pages.delete(id);
    pages.set(id, { madeAt: clock(), page });
    for (const old of [...pages.keys()].slice(0, Math.max(0, pages.size - pagesMax)))
      pages.delete(old);
    page.catch(() => pages.delete(id));
    return page;
  }

  /** Every try is counted before it is looked at; one that is right takes those before it back. */
  async function isRight(
    link: KeptSharedLink,
    password: string,
    address: string,
  ): Promise<boolean> {
    const account = `shared link ${link.id}`;
    guesses.take(account, address);
    const right = await passwords.verify(password, link.passwordHash);
    if (right) guesses.forget(account, address);
    else
      await audit.append({
        actor: 'nobody',
        address,
        action: 'wrong password of a shared link',
        target: link.dataset,
        detail: link.id,
      });
    return right;
  }

  return {
    list: store.list,
    async create(slug, { name, days, password, ...shows }, by) {
      // Alone, before it is joined with what a panel asks: a bracket closed too early would change its meaning.
      if (shows.condition !== undefined) parseCondition(shows.condition, 'session');
      if (password !== undefined) await checkPassword(password, '');
      const id = newId();
      // What cannot be shown is refused now, and not to whoever opens the link.
      await pageOf(id, slug, shows);
      const token = newToken('sl_');
      const createdAt = clock();
      const link: SharedLink = {
        id,
        name,
        shows,
        hasPassword: password !== undefined,
        createdBy: by.actor,
        createdAt,
        expiresAt: createdAt + days * dayMs,
        opened: 0,
      };
      const passwordHash = password === undefined ? undefined : await passwords.hash(password);
      const kept = { ...link, dataset: slug, tokenHash: hashOf(token), passwordHash };
      const detail = `${id}, ${shows.report}, ${days} days${link.hasPassword ? ', with a password' : ''}`;
      await store.add(kept, entryOf(by, 'share report', slug, detail));
      return { ...link, url: `${consoleUrl()}/shared/${token}` };
    },
    async remove(slug, id, by, mayAll) {
      const link = (await store.list(slug)).find((one) => one.id === id);
      if (link === undefined)
        throw new Problem(
          'shared_link_unknown',
          `The dataset ${slug} has no shared link ${id}. See: canister shared-links list --dataset ${slug}`,
        );
      if (!mayAll && link.createdBy !== by.actor)
        throw new Problem(
          'right_missing',
          'Somebody else made this link. An administrator of the dataset can revoke it.',
        );
      const detail = `${id}, ${link.shows.report}`;
      await store.remove(slug, id, entryOf(by, 'revoke shared link', slug, detail));
      pages.delete(id);
    },
    async open(token, password, address) {
      const link = await store.byToken(hashOf(token));
      if (link === undefined || link.expiresAt <= clock()) return undefined;
      if (link.passwordHash !== undefined) {
        if (password === undefined) return { asks: 'password', isWrong: false };
        if (!(await isRight(link, password, address))) return { asks: 'password', isWrong: true };
      }
      const page = await pageOf(link.id, link.dataset, link.shows);
      await store.opened(link.id, clock());
      return { page };
    },
  };
}
