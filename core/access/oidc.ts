/** Sign-in by the organisation (OpenID Connect, authorization code with PKCE), for users that were invited. */
import * as client from 'openid-client';
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';
import { newToken } from './tokens.ts';

const underWayMs = 10 * 60_000;
const underWayMax = 1_000;
const timeoutSeconds = 10;

export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

export interface OidcDesk {
  /** Where to send the browser, and what it must bring back in a cookie. */
  begin(): Promise<{ url: string; ticket: string }>;
  /**
   * @param url under which the browser came back
   * @throws Problem `oidc_failed`
   */
  finish(url: URL, ticket: string | undefined): Promise<{ subject: string; email: string }>;
}

interface UnderWay {
  state: string;
  nonce: string;
  verifier: string;
  startedAt: number;
}

export interface OidcOptions {
  settings: OidcSettings;
  clock: Clock;
  /** Where the provider sends the browser back to. */
  callbackUrl: () => string;
  /** Is told what the provider did wrong; the browser is not. */
  failed: (error: unknown) => void;
}

export function createOidcDesk(options: OidcOptions): OidcDesk {
  const { settings, clock, callbackUrl, failed } = options;
  const underWay = new Map<string, UnderWay>();
  let found: Promise<client.Configuration> | undefined;

  /** Asked for when it is first needed, and again after a failure: the provider may be away at the start. */
  function provider(): Promise<client.Configuration> {
    found ??= discover(settings).catch((error) => {
      found = undefined;
      throw error;
    });
    return found;
  }

  function forgetOld(): void {
    for (const [ticket, { startedAt }] of underWay) {
      if (clock() - startedAt < underWayMs && underWay.size < underWayMax) return;
      underWay.delete(ticket);
    }
  }

  async function orProblem<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Problem) throw error;
      failed(error);
      throw new Problem(
        'oidc_failed',
        'The sign-in of the organisation did not work. Try again; the log of the server says more.',
      );
    }
  }

  return {
    begin: () =>
      orProblem(async () => {
        forgetOld();
        const configuration = await provider();
        const verifier = client.randomPKCECodeVerifier();
        const state = client.randomState();
        const nonce = client.randomNonce();
        const ticket = newToken('o_');
        underWay.set(ticket, { state, nonce, verifier, startedAt: clock() });
        const url = client.buildAuthorizationUrl(configuration, {
          redirect_uri: callbackUrl(),
          scope: 'openid email profile',
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state,
          nonce,
        });
        return { url: url.href, ticket };
      }),
    finish: (url, ticket) =>
      orProblem(async () => {
        const begun = underWay.get(ticket ?? '');
        underWay.delete(ticket ?? '');
        if (begun === undefined || clock() - begun.startedAt >= underWayMs) {
          throw new Problem(
            'oidc_failed',
            'This sign-in was not begun in this browser, or long ago. Begin again.',
          );
        }
        const tokens = await client.authorizationCodeGrant(await provider(), url, {
          pkceCodeVerifier: begun.verifier,
          expectedState: begun.state,
          expectedNonce: begun.nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (typeof claims?.email !== 'string' || claims.email_verified !== true) {
          throw new Problem(
            'oidc_failed',
            'The organisation does not vouch for a mail address (claims email and email_verified).',
          );
        }
        return { subject: `${claims.iss} ${claims.sub}`, email: claims.email };
      }),
  };
}

async function discover(settings: OidcSettings): Promise<client.Configuration> {
  const issuer = new URL(settings.issuer);
  const { clientId, clientSecret } = settings;
  // The signature of the ID token is checked too, although it comes straight from the provider.
  const execute = [client.enableNonRepudiationChecks];
  if (issuer.protocol === 'http:') execute.push(client.allowInsecureRequests);
  const options = { execute, timeout: timeoutSeconds };
  return await client.discovery(issuer, clientId, clientSecret, undefined, options);
}
