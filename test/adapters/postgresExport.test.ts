import { afterEach, beforeEach, expect, test } from 'vitest';
import { LedgerFile } from '../../src/cli/verify/ledgerFile.ts';
import { INSTALLATION_CHAIN } from '../../src/domain/ledger/entry.ts';
import { exportOf } from '../support/exportedLedger.ts';
import { appendOf, entriesIn, LedgerStory, stopDraft, T0 } from '../support/ledgerStory.ts';
import { memoryLedger } from '../support/memoryLedger.ts';
import { type OpenTestPostgres, openTestPostgres } from '../support/postgresUnderTest.ts';

const STOPS = 450;

let under: OpenTestPostgres;
beforeEach(async () => {
  under = await openTestPostgres();
});
afterEach(() => under.close());

const allOf = (text: string) => {
  const file = new LedgerFile();
  file.push(Buffer.from(text));
  return file.end();
};

test('SLU-CHAIN: an export of PostgreSQL is the same, byte for byte, as one of the same story in memory', async () => {
  const exports = [];
  for (const kept of [under.kept, memoryLedger()]) {
    const story = new LedgerStory(kept);
    await story.active('checkout');
    entriesIn(await kept.ledger.append(await story.open('ramp', 'rollout-checkout', T0 + 1)));
    entriesIn(await kept.ledger.append(await story.rollback('rollout-checkout', T0 + 2)));
    // Numbers and words that are written differently by those who are not careful.
    const stops = Array.from({ length: STOPS }, (_, index) => ({
      ...stopDraft(index % 2 === 0 ? 'stopSet' : 'stopLifted', T0 + index),
      percentageAfter: [0.1 + 0.2, 1e-7, 5e-324, 1e21, 0.001][index % 5] ?? 0,
      comment: ['“ü” 🦥', '\u2028 \u0001 \\ " /', 'é'.normalize('NFD')][index % 3] ?? '',
    }));
    entriesIn(await kept.ledger.append(appendOf(INSTALLATION_CHAIN, stops)));
    exports.push([await exportOf({ kept }, 'checkout'), await exportOf({ kept }, 'installation')]);
  }
  expect(exports[0]).toEqual(exports[1]);
  const [checkout = '', installation = ''] = exports[0] ?? [];
  expect(allOf(installation)).toMatchObject({ verdict: 'PASS', header: { entries: STOPS } });
  // The story is made of steps that no decision took, so only its chain can hold.
  expect(allOf(checkout).audit.checks[0]).toMatchObject({ check: 'SLU-CHAIN', verdict: 'PASS' });
});

test('SLU-CHAIN: what was done to the table behind the ledger is told, and found by who verifies', async () => {
  await under.kept.ledger.append(appendOf(INSTALLATION_CHAIN, [stopDraft('stopSet'), stopDraft('stopLifted')]));
  const { sql } = under.database;
  // Whoever owns the table can do this.
  await sql('ALTER TABLE entries DISABLE TRIGGER USER');
  await sql('GRANT ALL ON entries TO CURRENT_USER');
  await sql(`UPDATE entries SET entry = replace(entry::text, 'olga', 'oleg')::json WHERE seq = 2`);
  expect(allOf(await exportOf(under, 'installation')).first).toMatchObject({ line: 3, entry: 2, check: 'SLU-CHAIN' });
  await sql('DELETE FROM entries WHERE seq = 2');
  expect(allOf(await exportOf(under, 'installation')).first).toMatchObject({ line: 3, entry: 2, check: 'FILE' });
  await sql('DELETE FROM entries');
  expect(allOf(await exportOf(under, 'installation')).first).toMatchObject({ line: 2, entry: 1 });
});
