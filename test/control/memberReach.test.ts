import { expect, it } from 'vitest';
import { TokenDirectory } from '../../src/control/access/tokenDirectory.ts';
import { memberReach } from '../../src/control/acknowledgement/memberReach.ts';
import { FlagView } from '../../src/control/flags/flagView.ts';
import type { TokenRecord } from '../../src/control/ports/tokenRegister.ts';
import { providerName, replicaName } from '../../src/domain/confirmation/member.ts';
import { documentOf } from '../domain/feature/documents.ts';
import { HeldClock } from '../support/clock.ts';
import { memoryLedger } from '../support/memoryLedger.ts';

let issued = 0;
function tokenOf(subject: string, features: readonly string[] | null): TokenRecord {
  issued += 1;
  const [tokenId, hash] = [`t-${issued}`, `hash-${issued}`];
  return { tokenId, hash, subject, roles: ['service'], features, createdAtMs: 0, expiresAtMs: null };
}

it('is what the tokens of a subject are for, with prerequisites; everything for replicas, and where nobody can tell', () => {
  const view = new FlagView({ monotonicMs: () => 0, staleAfterMs: 60_000, hardKilled: () => false });
  view.apply(documentOf({ feature: 'a', prerequisites: [{ feature: 'b', variant: 'on' }] }));
  const tokens = [tokenOf('one/team', ['a']), tokenOf('two', ['a']), tokenOf('two', ['c']), tokenOf('all', ['a'])];
  const directory = new TokenDirectory(memoryLedger().tokens, new HeldClock(0), [...tokens, tokenOf('all', null)]);
  const reach = (name: string) => memberReach(directory, view)(name);
  expect(reach(providerName('one/team', 'pod-1'))).toEqual(new Set(['a', 'b']));
  expect(reach(providerName('two', 'pod-1'))).toEqual(new Set(['a', 'b', 'c']));
  expect(reach(providerName('all', 'pod-1'))).toBeNull();
  expect(reach(providerName('gone', 'pod-1'))).toBeNull();
  expect(reach(replicaName('host:1:ab'))).toBeNull();
});
