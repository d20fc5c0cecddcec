/** Who may do what. Each route names the right that it takes; this is the one place that says who has it. */

/** read: look, but change nothing; operate: what a shift does; manage: settings, money, messages in any name. */
export type Right = 'read' | 'operate' | 'manage';

/** What a named key is for, apart from those of accounts. */
export type Role = 'admin' | 'operator' | 'read-only';

/** All roles, the one that may most first. */
export const roles: readonly Role[] = ['admin', 'operator', 'read-only'];

/** The rights of each role. */
export const rightsOf: Readonly<Record<Role, readonly Right[]>> = {
  admin: ['read', 'operate', 'manage'],
  operator: ['read', 'operate'],
  'read-only': ['read'],
};

/** The roles that have a right. */
export function rolesWith(right: Right): readonly Role[] {
  return roles.filter((role) => rightsOf[role].includes(right));
}
