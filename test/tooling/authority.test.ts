import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Authority, MAY_WRITE } from '../../src/domain/governance/authority.ts';
import type { EntryType } from '../../src/domain/ledger/entry.ts';
import { PROJECT_ROOT } from './scratchProject.ts';

const CONTROL = join(PROJECT_ROOT, 'src/control');
/** Beside the chain: what settles by itself has one authority, in three rooms. */
const ROOM_OF: Readonly<Record<string, Authority>> = { reconciliation: 'upkeep', acknowledgement: 'upkeep' };
const CALL = /appendEntries\(\s*'(\w+)'/g;
/** Where the way into the ledger is; everybody else goes through it. */
const DOORWAY = 'appendEntries.ts';

describe('the authority chain', async () => {
  const names = await readdir(CONTROL, { recursive: true });
  const files = names.filter((name) => name.endsWith('.ts'));
  const texts = new Map(
    await Promise.all(files.map(async (name) => [name, await readFile(join(CONTROL, name), 'utf8')] as const)),
  );

  test('is a row of rooms', () => {
    const chain: readonly Authority[] = [
      'proposal',
      'validation',
      'eligibility',
      'approval',
      'execution',
      'audit',
      'projection',
    ];
    expect(chain.filter((authority) => !files.some((name) => name.startsWith(`${authority}/`)))).toEqual([]);
  });

  test('each room writes by its own authority and none other', () => {
    const calls = files.flatMap((name) => [...(texts.get(name) ?? '').matchAll(CALL)].map(([, by]) => ({ name, by })));
    expect(calls.length).toBeGreaterThan(15);
    const foreign = calls.filter(({ name, by }) => {
      const room = name.split('/')[0] ?? '';
      return (ROOM_OF[room] ?? room) !== by;
    });
    expect(foreign).toEqual([]);
  });

  test('nobody goes round it: the ledger is appended to in one place', () => {
    expect(files.filter((name) => /ledger\.append\(/.test(texts.get(name) ?? ''))).toEqual([DOORWAY]);
  });

  test('what judges and what shows writes nothing', () => {
    expect([...MAY_WRITE.validation, ...MAY_WRITE.projection]).toEqual([]);
  });

  test('only execution opens, only approval consents, and no one does both', () => {
    const writersOf = (type: EntryType) =>
      Object.entries(MAY_WRITE).flatMap(([authority, types]) => (types.some((own) => own === type) ? [authority] : []));
    for (const opening of ['started', 'ramped', 'advanced', 'completed'] as const) {
      expect([opening, writersOf(opening)]).toEqual([opening, ['execution']]);
    }
    for (const word of ['approved', 'rejected', 'stageApproved', 'waiverApproved', 'revived'] as const) {
      expect([word, writersOf(word)]).toEqual([word, ['approval']]);
    }
    expect(writersOf('proposed')).toEqual(['proposal']);
    expect(writersOf('audited')).toEqual(['execution', 'audit']);
  });
});
