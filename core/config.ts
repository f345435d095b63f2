/** The settings that the environment gives. Every variable is described in docs/settings.md (a test holds both together). */
import { z } from 'zod';
import { type ActiveLimits, usualActiveLimits } from './canisters/room.ts';
import { Problem } from './contract/problem.ts';

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** Variable → what it may hold. Units are in the names; `PORT` is the usual one. */
export const settingSchemas = {
  PORT: integer(0, 65_535).default(8080),
  CANISTER_DATA: z.string().min(1).default('./data'),
  CANISTER_HOST: z.string().min(1).default('0.0.0.0'),
  CANISTER_IDLE_TIMEOUT_MS: integer(100, 86_400_000).optional(),
  CANISTER_CLIENT_RATE_MAX: integer(0, 1_000_000).default(50),
  CANISTER_DATASET_RATE_MAX: integer(0, 1_000_000).default(2_000),
  CANISTER_VISITOR_RATE_MAX: integer(0, 1_000_000).default(20),
  CANISTER_DISK_FREE_BYTES_MIN: integer(0, Number.MAX_SAFE_INTEGER).optional(),
  CANISTER_ACTIVE_BYTES_MAX: integer(1_048_576, 68_719_476_736).default(usualActiveLimits.bytesMax),
  CANISTER_ACTIVE_SESSIONS_MAX: integer(10, 10_000_000).default(usualActiveLimits.sessionsMax),
  CANISTER_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((part) => part.trim() || [])),
} as const;

export interface Config {
  port: number;
  dataFolder: string;
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
    const why = result.error.issues.map((issue) => issue.message).join('; ');
    throw new Problem('request_invalid', `The environment variable ${name} is "${text}": ${why}`);
  };
  const idleTimeoutMs = read('CANISTER_IDLE_TIMEOUT_MS');
  const diskFreeBytesMin = read('CANISTER_DISK_FREE_BYTES_MIN');
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
    ...(diskFreeBytesMin === undefined ? {} : { diskFreeBytesMin }),
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
  };
}
