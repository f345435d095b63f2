/** The settings that the environment gives. Every variable is described in docs/settings.md (a test holds both together). */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { type ActiveLimits, usualActiveLimits } from './canisters/room.ts';
import { issueWords } from './contract/issue-words.ts';
import { Problem } from './contract/problem.ts';

const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((part) => part.trim() || []));
const networks = list.refine(
  (all) => all.every((network) => ipaddr.isValidCIDR(network)),
  'it must be a list of networks, such as 10.1.0.0/16,fd00::/8',
);
const url = (...protocols: string[]) =>
  z
    .string()
    .max(2_048)
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `it must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );
/** An address, alone or as `Name <address>`: one line, or it could add headers. */
const sender = z
  .string()
  .max(320)
  .regex(
    /^(?:[^<>"\p{Cc}]{1,200} <[^\s<>@",;]+@[A-Za-z0-9.-]+>|[^\s<>@",;\p{Cc}]+@[A-Za-z0-9.-]+)$/u,
    'it must be an address, such as Canister <canister@shop.example>',
  );

const loopback = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/;

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** Variable → what it may hold. Units are in the names; `PORT` is the usual one. */
export const settingSchemas = {
  PORT: integer(0, 65_535).default(8080),
  CANISTER_DATA: z.string().min(1).default('./data'),
  CANISTER_BACKUPS: z.string().min(1).max(4_096).optional(),
  CANISTER_HOST: z.string().min(1).default('0.0.0.0'),
  CANISTER_IDLE_TIMEOUT_MS: integer(100, 86_400_000).optional(),
  CANISTER_CLIENT_RATE_MAX: integer(0, 1_000_000).default(50),
  CANISTER_DATASET_RATE_MAX: integer(0, 1_000_000).default(2_000),
  CANISTER_VISITOR_RATE_MAX: integer(0, 1_000_000).default(20),
  CANISTER_DISK_FREE_BYTES_MIN: integer(0, Number.MAX_SAFE_INTEGER).optional(),
  CANISTER_ACTIVE_BYTES_MAX: integer(1_048_576, 68_719_476_736).default(usualActiveLimits.bytesMax),
  CANISTER_ACTIVE_SESSIONS_MAX: integer(10, 10_000_000).default(usualActiveLimits.sessionsMax),
  CANISTER_TRUSTED_PROXIES: list,
  CANISTER_CONSOLE_URL: url('http:', 'https:').optional(),
  CANISTER_MAIL_FROM: sender.default('Canister <canister@localhost>'),
  CANISTER_SMTP_URL: url('smtp:', 'smtps:').optional(),
  CANISTER_RESEND_API_KEY: z.string().max(500).optional(),
  CANISTER_RESEND_BASE_URL: url('http:', 'https:').default('https://api.resend.com'),
  CANISTER_OIDC_ISSUER: url('https:', 'http:')
    .refine(
      (text) => text.startsWith('https:') || loopback.test(text),
      'it must begin with https://, but on this machine itself',
    )
    .optional(),
  CANISTER_OIDC_CLIENT_ID: z.string().max(500).optional(),
  CANISTER_OIDC_CLIENT_SECRET: z.string().max(500).optional(),
  CANISTER_GEO_DATABASE: z.string().min(1).max(4_096).optional(),
  CANISTER_WEBHOOK_PRIVATE_NETWORKS: networks,
  CANISTER_SOURCE_PRIVATE_NETWORKS: networks,
  CANISTER_SOURCE_FOLDERS: z
    .string()
    .default('/var/log')
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .refine((all) => all.every((one) => one.startsWith('/')), 'it must be a list of folders'),
} as const;

export interface Config {
  port: number;
  dataFolder: string;
  /** Where backups go; without it into a folder of the data folder. */
  backupFolder?: string;
  host: string;
  /** Overrides the idle timeout of every dataset. */
  idleTimeoutMs?: number;
  /** Requests a second that one client, and one dataset, may bring; 0: without limit. */
  clientRateMax: number;
  datasetRateMax: number;
  /** Hits a second that one visitor may bring; 0: without limit. */
  visitorRateMax: number;
  /** With less room on the disk no hits are taken; without it a share of the disk decides. */
  diskFreeBytesMin?: number;
  /** What the active sessions may hold together. */
  active: ActiveLimits;
  /** Addresses or networks whose `X-Forwarded-For` is believed. */
  trustedProxies: string[];
  /** Where people reach the console, for the links of notices; without it the port of this machine. */
  consoleUrl?: string;
  /** How mails are sent: by Resend where there is a key, else by an SMTP server, else into a folder. */
  mail: { from: string; resendBaseUrl: string; resendApiKey?: string; smtpUrl?: string };
  /** A file that says where addresses are. */
  geoDatabase?: string;
  /** Networks that are not public, and that webhooks may be sent to all the same. */
  webhookPrivateNetworks: string[];
  /** Networks that are not public, and that logs may be fetched from all the same. */
  sourcePrivateNetworks: string[];
  /** Folders of this machine whose files sources may read. */
  sourceFolders: string[];
  /** The organisation's sign-in (OpenID Connect). */
  oidc?: { issuer: string; clientId: string; clientSecret: string };
  /** Opens datasets although hits of them are lost; given with `serve`, never by the environment. */
  acceptLoss?: boolean;
}

/**
 * Reads the settings from an environment such as `process.env`.
 * @throws Problem `request_invalid` naming the variable and what it may hold
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const read = <K extends keyof typeof settingSchemas>(name: K) => {
    const text = environment[name] === '' ? undefined : environment[name];
    const result = settingSchemas[name].safeParse(text);
    if (result.success) return result.data as z.output<(typeof settingSchemas)[K]>;
    const why = result.error.issues.map(issueWords).join('; ');
    // What may hold a password is not repeated.
    const shown = /_KEY$|_URL$|_SECRET$/.test(name) ? 'cannot be used' : `is "${text}"`;
    throw new Problem('request_invalid', `The environment variable ${name} ${shown}: ${why}`);
  };
  const idleTimeoutMs = read('CANISTER_IDLE_TIMEOUT_MS');
  const diskFreeBytesMin = read('CANISTER_DISK_FREE_BYTES_MIN');
  const backupFolder = read('CANISTER_BACKUPS');
  const geoDatabase = read('CANISTER_GEO_DATABASE');
  const consoleUrl = read('CANISTER_CONSOLE_URL')?.replace(/\/+$/, '');
  const smtpUrl = read('CANISTER_SMTP_URL');
  const resendApiKey = read('CANISTER_RESEND_API_KEY');
  const oidc = oidcOf(
    read('CANISTER_OIDC_ISSUER'),
    read('CANISTER_OIDC_CLIENT_ID'),
    read('CANISTER_OIDC_CLIENT_SECRET'),
  );
  return {
    port: read('PORT'),
    dataFolder: read('CANISTER_DATA'),
    host: read('CANISTER_HOST'),
    active: {
      bytesMax: read('CANISTER_ACTIVE_BYTES_MAX'),
      sessionsMax: read('CANISTER_ACTIVE_SESSIONS_MAX'),
    },
    trustedProxies: read('CANISTER_TRUSTED_PROXIES'),
    clientRateMax: read('CANISTER_CLIENT_RATE_MAX'),
    datasetRateMax: read('CANISTER_DATASET_RATE_MAX'),
    visitorRateMax: read('CANISTER_VISITOR_RATE_MAX'),
    mail: {
      from: read('CANISTER_MAIL_FROM'),
      resendBaseUrl: read('CANISTER_RESEND_BASE_URL'),
      ...(resendApiKey === undefined ? {} : { resendApiKey }),
      ...(smtpUrl === undefined ? {} : { smtpUrl }),
    },
    sourcePrivateNetworks: read('CANISTER_SOURCE_PRIVATE_NETWORKS'),
    sourceFolders: read('CANISTER_SOURCE_FOLDERS'),
    webhookPrivateNetworks: read('CANISTER_WEBHOOK_PRIVATE_NETWORKS'),
    ...(oidc === undefined ? {} : { oidc }),
    ...(consoleUrl === undefined ? {} : { consoleUrl }),
    ...(backupFolder === undefined ? {} : { backupFolder }),
    ...(geoDatabase === undefined ? {} : { geoDatabase }),
    ...(diskFreeBytesMin === undefined ? {} : { diskFreeBytesMin }),
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
  };
}

/**
 * Variables that are named like a setting and are none: mostly slips. They are no reason not to start, for others may
 * have set them, as Kubernetes does for a service of this name.
 */
export const unknownSettings = (environment: Record<string, string | undefined>): string[] =>
  Object.keys(environment)
    .filter((name) => name.startsWith('CANISTER_') && !(name in settingSchemas))
    .sort();

/** All three, or none. */
function oidcOf(issuer?: string, clientId?: string, clientSecret?: string): Config['oidc'] {
  if (issuer === undefined && clientId === undefined && clientSecret === undefined)
    return undefined;
  if (issuer !== undefined && clientId !== undefined && clientSecret !== undefined)
    return { issuer, clientId, clientSecret };
  throw new Problem(
    'request_invalid',
    'CANISTER_OIDC_ISSUER, CANISTER_OIDC_CLIENT_ID and CANISTER_OIDC_CLIENT_SECRET go together: set all three, or none.',
  );
}
