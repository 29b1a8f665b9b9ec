/** Who may what. */
export const ROLES = ['service', 'viewer', 'customer', 'founder', 'operator', 'approver', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** A right that a route asks for. `attest`: a word on what the policy asks for. `twoPerson`: either side of an act that takes two people. */
export const RIGHTS = [
  'lookup',
  'view',
  'operate',
  'approve',
  'attest',
  'twoPerson',
  'audit',
  'founderView',
  'customerView',
  'report',
  'administer',
] as const;
export type Right = (typeof RIGHTS)[number];

const GRANTED: Readonly<Record<Role, readonly Right[]>> = {
  service: ['lookup'],
  viewer: ['view'],
  customer: ['customerView'],
  founder: ['founderView', 'report'],
  operator: ['view', 'operate', 'attest', 'twoPerson'],
  approver: ['view', 'approve', 'attest', 'twoPerson'],
  auditor: ['view', 'audit', 'report'],
  admin: [...RIGHTS],
};

/** A person or service behind a token. Several tokens of one subject are one person. */
export type Principal = {
  readonly tokenId: string;
  readonly subject: string;
  readonly roles: readonly Role[];
  /** null: every feature. */
  readonly features: readonly string[] | null;
};

export function hasRight(principal: Principal, right: Right): boolean {
  return principal.roles.some((role) => GRANTED[role].includes(right));
}

/** The roles that a route which asks for this right is open to. */
export function rolesWith(right: Right): readonly Role[] {
  return ROLES.filter((role) => GRANTED[role].includes(right));
}

/** A token may be bound to some features; what it may there, it may nowhere else. */
export function mayTouch(principal: Principal, feature: string): boolean {
  return principal.features === null || principal.features.includes(feature);
}
