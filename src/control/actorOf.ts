import type { Principal } from '../domain/governance/role.ts';
import type { Actor } from '../domain/ledger/entry.ts';

/** The person behind a token, as the ledger names them. */
export function actorOf(who: Principal): Actor {
  return { kind: 'person', subject: who.subject };
}
