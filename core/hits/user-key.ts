/** A user id of the site → the visitor key that the user has on every device. */
import { keyedHash } from './client-address.ts';
import { memo } from './memo.ts';

const usersMax = 10_000;

/**
 * Makes the function for one dataset: `u:` and 32 hex digits, which say nothing without the dataset's secret.
 * @param secret the dataset's address secret
 */
export function userKeys(secret: string): (userId: string) => string {
  return memo((userId: string) => `u:${keyedHash(secret, `user\n${userId}`)}`, usersMax);
}
