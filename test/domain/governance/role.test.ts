import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hasRight,
  mayTouch,
  type Principal,
  RIGHTS,
  type Right,
  ROLES,
  type Role,
  rolesWith,
} from '../../../src/domain/governance/role.ts';

const principal = (roles: readonly Role[], features: readonly string[] | null = null): Principal => ({
  tokenId: 'token-1',
  subject: 'anna',
  roles,
  features,
});

/** The table of `api.md`, as far as its routes are there. */
const TABLE: Readonly<Record<Role, readonly Right[]>> = {
  service: ['lookup'],
  viewer: ['view'],
  customer: ['customerView'],
  founder: ['founderView', 'report'],
  operator: ['view', 'operate', 'attest', 'twoPerson'],
  approver: ['view', 'approve', 'attest', 'twoPerson'],
  auditor: ['view', 'audit', 'report'],
  admin: [
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
  ],
};

describe('who may what', () => {
  it.each(ROLES)('%s', (role) => {
    for (const right of RIGHTS)
      expect([right, hasRight(principal([role]), right)]).toEqual([right, TABLE[role].includes(right)]);
  });

  it('several roles add up, none gives nothing', () => {
    fc.assert(
      fc.property(fc.subarray([...ROLES]), fc.constantFrom(...RIGHTS), (roles, right) => {
        expect(hasRight(principal(roles), right)).toBe(roles.some((role) => TABLE[role].includes(right)));
      }),
    );
  });

  it('a route names the roles that it is open to', () => {
    for (const right of RIGHTS) {
      for (const role of ROLES) expect(rolesWith(right).includes(role)).toBe(hasRight(principal([role]), right));
    }
  });

  it('a token bound to features may nowhere else what it may there', () => {
    expect(mayTouch(principal(['admin']), 'checkout-v2')).toBe(true);
    expect(mayTouch(principal(['admin'], ['checkout-v2']), 'checkout-v2')).toBe(true);
    expect(mayTouch(principal(['admin'], ['checkout-v2']), 'search-v3')).toBe(false);
    expect(mayTouch(principal(['admin'], []), 'checkout-v2')).toBe(false);
  });
});
