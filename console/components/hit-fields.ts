/** What a hit says, field by field, as it came: the request side and the response side. Every value is text of strangers. */
import { msg, str } from '@lit/localize';
import type { SessionHit } from '../../core/contract/session.ts';
import { formatBytes, formatCount } from './number-format.ts';

export interface HitField {
  name: string;
  value: string;
  /** An address that may be opened: http or https, nothing else. */
  href?: string;
}

export interface HitFields {
  request: HitField[];
  response: HitField[];
}

/** The address itself where it may be a link: an absolute one of http or https. Undefined for all others. */
export function linkOf(address: string): string | undefined {
  if (!/^https?:\/\//i.test(address)) return undefined;
  try {
    return new URL(address).href;
  } catch {
    return undefined;
  }
}

/** @returns the fields that the hit has, in the order of a request and its response */
export function fieldsOf(hit: SessionHit, locale?: string): HitFields {
  const request: HitField[] = [];
  const response: HitField[] = [];
  const add = (to: HitField[], name: string, value: unknown, href?: string) => {
    if (value === undefined || value === null) return;
    to.push({ name, value: String(value), ...(href === undefined ? {} : { href }) });
  };
  add(request, msg('Method'), hit.method);
  add(request, msg('Host'), hit.host);
  add(request, msg('Path'), hit.path);
  add(request, msg('Query'), hit.query);
  add(request, msg('Protocol'), hit.protocol);
  add(request, msg('Referrer'), hit.referrer, linkOf(hit.referrer ?? ''));
  add(request, msg('Title'), hit.title);
  add(request, msg('Name'), hit.name);
  for (const [key, value] of Object.entries(hit.properties ?? {})) {
    add(request, msg(str`Property ${key}`), value);
  }
  add(request, msg('Number on its page'), hit.number);
  add(request, msg('Closes the session'), hit.closeSession === true ? msg('yes') : undefined);
  add(request, msg('Hit id'), hit.id);
  add(response, msg('Status'), hit.status);
  if (hit.responseBytes !== undefined) {
    const { responseBytes: bytes } = hit;
    const exact = msg(str`${formatCount(bytes, locale)} bytes`);
    add(response, msg('Size'), bytes < 1_024 ? exact : `${exact} (${formatBytes(bytes, locale)})`);
  }
  if (hit.durationMs !== undefined) {
    add(response, msg('Duration'), msg(str`${formatCount(hit.durationMs, locale)} ms`));
  }
  return { request, response };
}
