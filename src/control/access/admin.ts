import type { Principal } from '../../domain/governance/role.ts';
import { sha256Hex } from '../../domain/ledger/digest.ts';
import type { TokenDesk } from '../application.ts';
import type { TokenRecord } from '../ports/tokenRegister.ts';

const ADMIN: Principal = { tokenId: 'configured', subject: 'admin', roles: ['admin'], features: null };

/** The administrator's token of the configuration: known to this process, never stored. */
export function configuredAdmin(token: string | null): readonly TokenRecord[] {
  return token === null ? [] : [{ ...ADMIN, hash: sha256Hex(token), createdAtMs: 0, expiresAtMs: null }];
}

/** Somebody must be able to begin: where nobody has a token yet, an administrator gets one. Null where somebody has. */
export async function firstAdmin(tokens: TokenDesk): Promise<string | null> {
  if ((await tokens.list()).length > 0) return null;
  const wish = { subject: ADMIN.subject, roles: ADMIN.roles, features: null, expiresAtMs: null };
  return (await tokens.issue(ADMIN, wish)).token;
}
