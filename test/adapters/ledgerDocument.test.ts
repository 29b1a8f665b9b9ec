import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstBreak } from '../../src/domain/ledger/chain.ts';
import { entriesIn, LedgerStory, T0 } from '../support/ledgerStory.ts';
import { type OpenTestPostgres, openTestPostgres } from '../support/postgresUnderTest.ts';

/** The code blocks of docs/ledger.md by their language. */
async function blocksOf(text: string): Promise<ReadonlyMap<string, string>> {
  return new Map(
    [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => [language, code]),
  );
}

describe('docs/ledger.md', async () => {
  const text = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'ledger.md'), 'utf8');
  const blocks = await blocksOf(text);
  const checker = blocks.get('js') ?? '';
  const example = blocks.get('jsonl') ?? '';

  const checked = (input: string) => {
    const run = spawnSync(process.execPath, ['--input-type=module', '--eval', checker], { input, encoding: 'utf8' });
    return { code: run.status, said: run.stdout.trim() };
  };

  let under: OpenTestPostgres;
  let exported: string;
  beforeAll(async () => {
    under = await openTestPostgres();
    const story = new LedgerStory(under.kept);
    await story.active('checkout');
    entriesIn(await under.kept.ledger.append(await story.open('ramp', 'rollout-checkout', T0 + 1)));
    entriesIn(await under.kept.ledger.append(await story.rollback('rollout-checkout', T0 + 2)));
    const rows = await under.database.sql(
      `SELECT entry::text AS line FROM entries WHERE chain = 'checkout' ORDER BY seq`,
    );
    exported = rows.map(({ line }) => `${line}\n`).join('');
  });
  afterAll(() => under.close());

  test('its example is a chain that holds', () => {
    const entries = example
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(firstBreak(entries)).toBeNull();
    expect(checked(example)).toEqual({ code: 0, said: entries.at(-1).hash });
  });

  test('SLU-CHAIN: its checker, which is not Sluice, verifies what PostgreSQL holds', async () => {
    const { hash } = await under.kept.ledger.head('checkout');
    expect(checked(exported)).toEqual({ code: 0, said: hash });
  });

  test.for([
    [
      'a changed word',
      (lines: string[]) => lines.map((line) => line.replace('"automatic":true', '"automatic":false')),
      6,
    ],
    ['an entry left out', (lines: string[]) => lines.toSpliced(2, 1), 3],
    ['two that changed places', (lines: string[]) => [lines[1], lines[0], ...lines.slice(2)], 1],
    ['an entry told twice', (lines: string[]) => lines.toSpliced(2, 0, lines[1] ?? ''), 3],
    ['a forged hash', (lines: string[]) => lines.map((line) => line.replace('"One-page checkout"', '"x"')), 1],
  ] as const)('its checker finds %s', ([, tamper, at]) => {
    const lines = exported.trimEnd().split('\n');
    expect(checked(`${tamper([...lines]).join('\n')}\n`)).toEqual({
      code: 1,
      said: `entry ${at} does not follow from those before it`,
    });
  });

  test('it names every field of an entry, and every field of `data`, of the types met here', () => {
    const entries = exported
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const fields = new Set(entries.flatMap((entry) => Object.keys(entry)));
    const rows = new Map(
      [...text.matchAll(/^\| (`[^|]*`) \| (.*) \|$/gm)].flatMap(([, names = '', what = '']) =>
        [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [name, what] as const),
      ),
    );
    expect([...fields].filter((field) => !rows.has(field))).toEqual([]);
    for (const { type, data } of entries) {
      const what = rows.get(type) ?? '';
      expect(
        Object.keys(data).filter((field) => !what.includes(`\`${field}`)),
        type,
      ).toEqual([]);
    }
  });
});
