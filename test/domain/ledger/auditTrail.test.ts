import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trailEnd, trailRow, trailTitle } from '../../../src/domain/ledger/auditTrail.ts';
import { EMPTY_CHAIN, headOf, link } from '../../../src/domain/ledger/chain.ts';
import { type Entry, type EntryDraft, SLUICE } from '../../../src/domain/ledger/entry.ts';
import { exportHeader } from '../../../src/domain/ledger/exportHeader.ts';
import { markdownText } from '../../../src/domain/ledger/markdownText.ts';
import { draft } from '../../../src/domain/rollout/draft.ts';
import { approvedDraft, contractOf, createdDraft, proposedDraft, stopDraft, T0 } from '../../support/ledgerStory.ts';
import { fired, pollOf, ready, rolloutOf } from '../rollout/situation.ts';

const CELLS = 8;
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'\\|`*_[]()<>!#~:@w.\n\r ab') }),
);

/** The cells of a table's row, as Markdown cuts them. */
const cellsOf = (row: string) =>
  row
    .trimEnd()
    .slice(1, -1)
    .split(/(?<!\\)(?:\\\\)*\|/);
/** What a reader sees of a text in Markdown. */
const read = (markdown: string) => markdown.replace(/\\(.)/g, '$1');

function entriesOf(drafts: readonly EntryDraft[]): readonly Entry[] {
  const entries: Entry[] = [];
  for (const draft of drafts) {
    const head = entries.length === 0 ? EMPTY_CHAIN : headOf(entries[entries.length - 1] as Entry);
    entries.push(link(head, draft, { chain: 'checkout', environment: 'test', recordedAtMs: draft.atMs }));
  }
  return entries;
}

describe("anybody's text in Markdown", () => {
  test('is one line in which nothing but the text is left to be seen', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const markdown = markdownText(text);
        expect(markdown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e]/u);
        // Whatever Markdown knows stands behind an odd number of backslashes: it is text.
        expect(markdown.replace(/\\[^\p{L}\p{N}\s]/gu, '')).not.toMatch(/[\\`*_{}[\]()<>#|~!&:@$^"]|www\./i);
      }),
    );
  });

  test('says what the text says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!/\p{Cf}/u.test(text));
        expect(read(markdownText(text))).toBe(text.replace(/\s+/g, ' ').trim());
      }),
    );
    expect(markdownText('a\u202eb\u0000c')).toBe('aU+202EbU+0000c');
    expect(markdownText('[x](javascript:alert(1)) <script>')).toBe(
      String.raw`\[x\]\(javascript\:alert\(1\)\) \<script\>`,
    );
    expect(markdownText('see www.example.com')).toBe(String.raw`see www\.example.com`);
  });
});

describe('an audit trail', () => {
  const contract = contractOf('contract-1', 'checkout');
  const drafts = [
    proposedDraft(contract),
    approvedDraft(contract, 'anna'),
    createdDraft({ id: 'rollout-1', contract, startAtMs: T0 }),
    { ...stopDraft('stopSet', T0 + 1), comment: 'enough' },
  ];

  test('tells of an alert and of its review in the words of both', () => {
    const state = rolloutOf({ dryRun: false });
    const verdict = fired({ key: 'trigger/1', severity: 'alert', polls: { atLeast: 3, ofLast: 5 } });
    const poll = pollOf({ verdicts: [verdict], history: { 'trigger/1': '10101' } });
    const evidence = { rolloutVersion: 4, nowMs: T0, poll, context: ready().context };
    const by = { atMs: T0, actor: SLUICE, reason: 'criterion' as const, comment: null, evidence };
    const olga = { ...by, actor: { kind: 'person' as const, subject: 'olga' }, comment: 'a bot', evidence: null };
    const about = { criterion: 'trigger/1', sli: 'error_rate' };
    const [alerted, reviewed] = entriesOf([
      draft(state, by, { type: 'alerted', data: { ...about, detail: 'too many' } }),
      draft(state, olga, { type: 'reviewed', data: about }),
    ]);
    if (alerted === undefined || reviewed === undefined) throw new Error('two entries');
    expect(read(trailRow(alerted, null))).toMatch(
      /alerted, stage canary, visit 1 .* criterion trigger\/1; sli error_rate/,
    );
    expect(read(trailRow(alerted, null))).toMatch(
      /fail: error_rate \(trigger\/1\) is 0\.5.*, 3 of the last 5 polls, limit 3/,
    );
    expect(read(trailRow(reviewed, alerted))).toMatch(
      /reviewed, stage canary.*\| olga \|.*“a bot”; criterion trigger\/1/,
    );
  });

  test('tells under a heading for each thing what happened, who did it, why, and the hash', () => {
    const entries = entriesOf(drafts);
    const told = entries.map((entry, index) => trailRow(entry, entries[index - 1] ?? null));
    const headings = told
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('## '));
    expect(headings).toEqual(['## Contract contract-1', '## Rollout rollout-1', '## The installation']);
    for (const [index, { hash, actor }] of entries.entries()) {
      expect(told[index]).toContain(hash);
      expect(told[index]).toContain(actor.subject);
    }
    expect(told[0]).toContain('“One-page checkout”, for SHOP-142');
    expect(told[2]).toContain(String.raw`startAt 2026-11-20T12\:00\:00.000Z`);
    expect(told[3]).toContain('“enough”');
  });

  test('has rows of eight cells, whatever people say', () => {
    fc.assert(
      fc.property(texts, texts, (comment, subject) => {
        const draft = { ...stopDraft('stopSet'), comment, actor: { kind: 'person', subject } } as const;
        fc.pre(comment.isWellFormed() && subject.isWellFormed());
        const [entry] = entriesOf([draft]) as [Entry];
        const row = trailRow(entry, entry);
        expect(row.indexOf('\n')).toBe(row.length - 1);
        expect(cellsOf(row)).toHaveLength(CELLS);
      }),
    );
  });

  test('says in the end whether it is what the head of the chain promised', () => {
    const entries = entriesOf(drafts);
    const last = entries.at(-1) as Entry;
    const header = exportHeader('checkout', 'test', headOf(last));
    expect(trailTitle(header)).toContain(`4 entries, the last with the hash \`${last.hash}\``);
    expect(trailEnd(header, last)).toBe('\nThe end.\n');
    expect(trailEnd(header, entries[2] ?? null)).toContain('not the whole chain');
    expect(trailEnd(header, null)).toContain('not the whole chain');
    expect(trailEnd(exportHeader('checkout', 'test', EMPTY_CHAIN), null)).toBe('\nThe end.\n');
  });
});
