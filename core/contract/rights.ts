/** Who may do what: roles, and the rights they give. */

export const roles = ['reader', 'analyst', 'configurator', 'administrator'] as const;
export type Role = (typeof roles)[number];

/**
 * What can be done with a dataset: `read` reports; `explore` single sessions, search and SQL; `configure` events,
 * alerts, labels and the like; `administer` imports and the care of what is stored. `administer` of everything (`*`)
 * is also that of the server: datasets, users, keys, channels.
 */
export const rights = ['read', 'explore', 'configure', 'administer'] as const;
export type Right = (typeof rights)[number];

/** Stands for every dataset, those of tomorrow among them. */
export const everything = '*';

/** A role in a dataset, or in all of them. */
export interface Grant {
  role: Role;
  dataset: string;
}

/** Each role has the rights of those before it, and one of its own. */
export function roleHas(role: Role, right: Right): boolean {
  return roles.indexOf(role) >= rights.indexOf(right);
}

/** @param dataset a slug, or `*` for what is about the whole server */
export function may(held: readonly Grant[], right: Right, dataset: string): boolean {
  return held.some(
    (grant) =>
      (grant.dataset === everything || grant.dataset === dataset) && roleHas(grant.role, right),
  );
}

/** True where the right is held for some dataset at least. */
export function maySomewhere(held: readonly Grant[], right: Right): boolean {
  return held.some(({ role }) => roleHas(role, right));
}
