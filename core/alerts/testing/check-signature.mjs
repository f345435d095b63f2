/**
 * What the receiver of a webhook does, as a program of its own: the library of standardwebhooks.com says whether a
 * request (JSON on standard input: secret, headers, body) is signed as it must be.
 */
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

const { secret, headers, body } = JSON.parse(readFileSync(0, 'utf8'));
try {
  new Webhook(secret).verify(body, headers);
  process.stdout.write('good');
} catch (error) {
  process.stdout.write(`bad: ${error.message}`);
}
