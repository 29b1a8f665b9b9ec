import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { LedgerFile, type LedgerFileOptions } from '../../src/cli/verify/ledgerFile.ts';
import { canonicalJson } from '../../src/domain/ledger/canonicalJson.ts';
import { digestOf } from '../../src/domain/ledger/digest.ts';
import { installationExport, proposalExport, releaseExport } from '../support/exportedLedger.ts';
import { tampered } from '../support/tamperedLedger.ts';

/** Thousands of ledgers, on a machine that may be busy. */
const LONG_MS = 180_000;

/** The report on these bytes, which come in pieces. */
function reportOn(file: string | Buffer, options: LedgerFileOptions = {}, chunkBytes = 64 * 1024) {
  const bytes = Buffer.from(file);
  const ledger = new LedgerFile(options);
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    if (!ledger.push(bytes.subarray(from, from + chunkBytes))) break;
  }
  return ledger.end();
}
const spliced = (bytes: Buffer, at: number, gone: number, put: Iterable<number>) =>
  Buffer.concat([bytes.subarray(0, at), Uint8Array.from(put), bytes.subarray(at + gone)]);
const isRefused = (bytes: Buffer) => reportOn(bytes).verdict === 'FAIL';

/** All lines but the header. */
const entriesIn = (exported: string) => exported.trimEnd().split('\n').length - 1;

describe('an exported ledger', () => {
  let small: string;
  let release: string;
  beforeAll(async () => {
    small = await installationExport();
    release = await releaseExport();
  });

  test('SLU-CHAIN: passes as it was written, in whatever pieces it comes', () => {
    for (const text of [small, release]) {
      for (const chunkBytes of [1, 7, 1000, 1_000_000]) {
        const { verdict, first } = reportOn(text, {}, chunkBytes);
        expect({ verdict, first }).toEqual({ verdict: 'PASS', first: null });
      }
    }
  });

  test(
    'SLU-CHAIN: is refused with any one byte changed, added or gone',
    () => {
      const bytes = Buffer.from(small);
      const accepted = Array.from(bytes, (byte, at) => {
        const others = [byte ^ 1, byte ^ 0x20, 0x0a, 0x0d, 0x20, 0x22, 0x30, 0x00, 0xff].filter(
          (other) => other !== byte,
        );
        const changed = others.map((other) => spliced(bytes, at, 1, [other]));
        const grown = [0x0a, 0x20, byte].map((other) => spliced(bytes, at, 0, [other]));
        return [...changed, ...grown, spliced(bytes, at, 1, [])].filter((file) => !isRefused(file));
      });
      expect(accepted.flat()).toEqual([]);
    },
    LONG_MS,
  );

  // Each byte of a whole release would be a minute here; the checker in Python, which is quicker, takes them all.
  test.for([
    ['a contract', proposalExport, 1],
    ['a release', releaseExport, 7],
  ] as const)('SLU-CHAIN: of %s is refused with a byte changed', { timeout: LONG_MS }, async ([, exported, step]) => {
    const bytes = Buffer.from(await exported());
    const accepted = [];
    for (let at = 0; at < bytes.length; at += step) {
      if (!isRefused(spliced(bytes, at, 1, [(bytes[at] ?? 0) ^ 1]))) accepted.push(at);
    }
    expect(accepted).toEqual([]);
    expect(isRefused(bytes)).toBe(false);
  });

  test('SLU-CHAIN: is refused whatever is written over any part of it', () => {
    const bytes = Buffer.from(release);
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(400), fc.uint8Array({ maxLength: 400 }), (at, gone, put) => {
        const changed = spliced(bytes, at, gone, put);
        fc.pre(!changed.equals(bytes));
        expect(isRefused(changed)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test.for(tampered)('SLU-CHAIN: with %s the first wrong entry is named', ([, tamper, line]) => {
    const { verdict, first } = reportOn(tamper(release));
    expect({ verdict, line: first?.line, entry: first?.entry }).toEqual({
      verdict: 'FAIL',
      line,
      entry: line === 1 ? null : line - 1,
    });
  });

  test('says in words what is wrong with the file', () => {
    const wordsOn = (file: string) => reportOn(file).first?.message;
    expect(wordsOn('')).toBe('is not there: the file is empty');
    expect(wordsOn(release.slice(0, -1))).toBe('is cut off: it is not ended by a line feed');
    expect(wordsOn(release.replaceAll('\n', '\r\n'))).toMatch(/^ends in CR LF/);
    expect(wordsOn(`\ufeff${release}`)).toBe('is not JSON');
    expect(wordsOn(release.split('\n').slice(1).join('\n'))).toBe('is no header of a Sluice ledger');
    expect(wordsOn(release.replace('"seq":4,', '"seq":4, '))).toBe('is not canonical JSON (RFC 8785)');
    expect(wordsOn(release.split('\n').slice(0, 5).join('\n').concat('\n'))).toBe(
      `is not there: the header promises ${entriesIn(release)}`,
    );
  });

  test('is not UTF-8, not exact or not JSON: each is refused though the value would be the same', () => {
    const [header = '', ...entries] = small.split('\n');
    const [first = ''] = entries;
    const spellings = [
      first.replace('down', '\\u0064own'),
      first.replace('"seq":1', '"seq":1.0'),
      first.replace('"seq":1', '"seq":1e0'),
      first.replace('"schema":1,', '"schema":1,"schema":1,'),
      first.replace(/^\{("actor":\{.*?\}),(.*)\}$/, '{$2,$1}'),
      ` ${first}`,
    ];
    for (const spelling of spellings) {
      expect(JSON.parse(spelling)).toEqual(JSON.parse(first));
      expect(reportOn([header, spelling, ...entries.slice(1)].join('\n')).first).toMatchObject({
        line: 2,
        check: 'FILE',
      });
    }
    const broken = Buffer.from(small);
    broken[broken.indexOf('down')] = 0xc3;
    expect(reportOn(broken).first).toMatchObject({ line: 2, message: 'is not UTF-8' });
  });

  test('has a header that the entries bear out: a forged one with a digest of its own is refused, too', () => {
    const [header = '', ...entries] = release.split('\n');
    const { digest: _, ...said } = JSON.parse(header);
    const forged = (change: object) => {
      const undigested = { ...said, ...change };
      return [canonicalJson({ ...undigested, digest: digestOf(undigested) }), ...entries].join('\n');
    };
    expect(reportOn(forged({})).verdict).toBe('PASS');
    const lines = (change: object) => reportOn(forged(change)).first?.line;
    const last = entriesIn(release) + 1;
    expect(lines({ entries: last })).toBe(last + 1);
    expect(lines({ entries: last - 2 })).toBe(last);
    expect(lines({ headHash: '0'.repeat(64) })).toBe(last);
    expect(lines({ chain: 'other' })).toBe(2);
    expect(lines({ environment: 'other' })).toBe(2);
    for (const change of [{ schema: 2 }, { format: 'other' }, { entries: -1 }, { entries: 0.5 }, { more: 1 }]) {
      expect(lines(change)).toBe(1);
    }
  });

  test('is held against a hash that was noted elsewhere', () => {
    const hashes = [...release.matchAll(/"hash":"([0-9a-f]{64})"/g)].map(([, hash = '']) => hash);
    for (const notedHash of hashes) expect(reportOn(release, { notedHash }).verdict).toBe('PASS');
    const { verdict, first } = reportOn(release, { notedHash: 'f'.repeat(64) });
    expect({ verdict, line: first?.line }).toEqual({ verdict: 'FAIL', line: entriesIn(release) + 1 });
    expect(first?.message).toContain('noted');
  });

  test('may hold no entry yet', () => {
    const undigested = {
      chain: 'a',
      entries: 0,
      environment: 'test',
      format: 'sluice-ledger',
      headHash: '0'.repeat(64),
    };
    const header = { ...undigested, schema: 1 };
    expect(reportOn(`${canonicalJson({ ...header, digest: digestOf(header) })}\n`).first).toBeNull();
  });

  test('has no line without end: of a longer one no more is read than the bound', () => {
    const options = { longestLineBytes: 5000 };
    expect(reportOn(release, options).verdict).toBe('PASS');
    const ledger = new LedgerFile(options);
    const chunk = Buffer.alloc(1000, 0x20);
    const taken = Array.from({ length: 100 }, () => ledger.push(chunk)).indexOf(false) + 1;
    expect(taken).toBe(6);
    expect(ledger.end().first).toMatchObject({ line: 1, message: expect.stringContaining('longer than 5000 bytes') });
    const whole = `${'x'.repeat(5001)}\n`;
    expect(reportOn(whole, options).first?.message).toContain('longer than 5000 bytes');
  });

  test.for([
    ['deep', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['deep and unended', '['.repeat(200_000)],
    ['a number that is none', '{"a":1e999}'],
    ['a lone surrogate', '{"a":"\\ud800"}'],
    ['minus zero', '{"a":-0}'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a prototype', '{"__proto__":{"chain":"x"}}'],
    ['nothing', ''],
  ] as const)('that holds %s is refused, as a header and as an entry', ([, line]) => {
    const [header = ''] = release.split('\n');
    expect(reportOn(`${line}\n`).first).toMatchObject({ line: 1 });
    expect(reportOn(`${header}\n${line}\n`).first).toMatchObject({ line: 2 });
  });
});
