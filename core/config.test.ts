import { expect, test } from 'vitest';
import { readConfig, unknownSettings } from './config.ts';
import { Problem } from './contract/problem.ts';

const problemOf = (environment: Record<string, string>) => {
  try {
    readConfig(environment);
  } catch (error) {
    return error;
  }
  return undefined;
};

test('Without any variable everything has a sensible value', () => {
  expect(readConfig({})).toEqual({
    port: 8080,
    dataFolder: './data',
    host: '0.0.0.0',
    // 512 MiB.
    active: { bytesMax: 536_870_912, sessionsMax: 250_000 },
    trustedProxies: [],
    mail: {
      from: 'Canister <canister@localhost>',
      resendBaseUrl: 'https://api.resend.com',
    },
    webhookPrivateNetworks: [],
    sourceFolders: ['/var/log'],
    sourcePrivateNetworks: [],
    clientRateMax: 50,
    datasetRateMax: 2_000,
    visitorRateMax: 20,
  });
});

test('Variables are read, empty ones count as absent', () => {
  expect(
    readConfig({
      PORT: '9000',
      CANISTER_DATA: '/srv/canister',
      CANISTER_HOST: '',
      CANISTER_ACTIVE_BYTES_MAX: '2000000',
      CANISTER_ACTIVE_SESSIONS_MAX: '50',
      CANISTER_CLIENT_RATE_MAX: '0',
      CANISTER_DATASET_RATE_MAX: '100',
      CANISTER_VISITOR_RATE_MAX: '7',
      CANISTER_DISK_FREE_BYTES_MIN: '5000000',
      CANISTER_IDLE_TIMEOUT_MS: '2000',
      CANISTER_TRUSTED_PROXIES: ' 10.0.0.0/8, ,::1 ',
      CANISTER_CONSOLE_URL: 'https://stats.example/',
      CANISTER_MAIL_FROM: 'stats@shop.example',
      CANISTER_SMTP_URL: 'smtp://ann:secret@mail.example:587',
      CANISTER_RESEND_API_KEY: 're_1',
      CANISTER_RESEND_BASE_URL: '',
      CANISTER_WEBHOOK_PRIVATE_NETWORKS: '10.1.0.0/16',
      CANISTER_SOURCE_FOLDERS: '/var/log/nginx, /srv/logs',
      CANISTER_SOURCE_PRIVATE_NETWORKS: '10.2.0.0/16',
    }),
  ).toEqual({
    consoleUrl: 'https://stats.example',
    mail: {
      from: 'stats@shop.example',
      resendApiKey: 're_1',
      resendBaseUrl: 'https://api.resend.com',
      smtpUrl: 'smtp://ann:secret@mail.example:587',
    },
    webhookPrivateNetworks: ['10.1.0.0/16'],
    sourceFolders: ['/var/log/nginx', '/srv/logs'],
    sourcePrivateNetworks: ['10.2.0.0/16'],
    port: 9000,
    active: { bytesMax: 2_000_000, sessionsMax: 50 },
    dataFolder: '/srv/canister',
    host: '0.0.0.0',
    idleTimeoutMs: 2000,
    clientRateMax: 0,
    datasetRateMax: 100,
    visitorRateMax: 7,
    diskFreeBytesMin: 5_000_000,
    trustedProxies: ['10.0.0.0/8', '::1'],
  });
});

test.each([
  ['PORT', '70000'],
  ['PORT', 'http'],
  ['PORT', '80.5'],
  ['CANISTER_IDLE_TIMEOUT_MS', '-1'],
  ['CANISTER_IDLE_TIMEOUT_MS', '30 min'],
])('%s = "%s" is refused with its name and value', (name, value) => {
  const problem = problemOf({ [name]: value });
  expect(problem).toBeInstanceOf(Problem);
  expect((problem as Problem).code).toBe('request_invalid');
  expect((problem as Problem).message).toContain(`${name} is "${value}"`);
});

test.each([
  ['CANISTER_MAIL_FROM', 'a@shop.example\r\nBcc: eve@evil.example'],
  ['CANISTER_MAIL_FROM', 'nobody'],
  ['CANISTER_SMTP_URL', 'http://mail.example'],
  ['CANISTER_CONSOLE_URL', 'javascript:alert(1)'],
  ['CANISTER_WEBHOOK_PRIVATE_NETWORKS', '10.1.0.0'],
])('%s refuses %j', (name, value) => {
  expect(problemOf({ [name]: value })).toBeInstanceOf(Problem);
});

test('A slip in the name of a setting is found; what is not named like one is not looked at', () => {
  const slips = { CANISTER_PRIVATE_NETWORKS: '10.0.0.0/8', CANISTER_DATE: '' };
  const environment = { PATH: '/bin', PORT: '1', CANISTER_DATA: 'x', MY_CANISTER_X: '', ...slips };
  expect(unknownSettings(environment)).toEqual(['CANISTER_DATE', 'CANISTER_PRIVATE_NETWORKS']);
});

test('A refusal does not repeat what may hold a password', () => {
  const problem = problemOf({ CANISTER_SMTP_URL: 'smpt://ann:hunter2@mail.example' }) as Problem;
  expect(problem.message).toContain('CANISTER_SMTP_URL');
  expect(problem.message).not.toContain('hunter2');
});
