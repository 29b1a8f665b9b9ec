import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/terminal.ts';
import { nodeVersionRefusal } from '../../src/nodeVersion.js';
import { installationExport } from '../support/exportedLedger.ts';
import { PROJECT_ROOT } from '../tooling/scratchProject.ts';

const LAUNCHER = join(PROJECT_ROOT, 'src', 'cli', 'sluice.js');

function sluice(args: readonly string[], { node = process.execPath, input = '' } = {}) {
  const { status, stdout, stderr } = spawnSync(node, [LAUNCHER, ...args], { encoding: 'utf8', input });
  return { code: status, said: stdout, complaint: stderr };
}

describe('sluice verify', () => {
  let folder: string;
  let good: string;
  let bad: string;
  let text: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
    text = await installationExport();
    [good, bad] = [join(folder, 'good.jsonl'), join(folder, 'bad.jsonl')];
    await writeFile(good, text);
    await writeFile(bad, text.replace('again', 'never'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('says what it checked, and ends with 0 where all holds', () => {
    const { code, said, complaint } = sluice(['verify', good]);
    expect({ code, complaint }).toEqual({ code: EXIT.pass, complaint: '' });
    expect(said).toContain('the ledger of @installation (test)');
    expect(said).toMatch(/PASS +SLU-CHAIN +3 examined/);
    expect(said.endsWith('\n\nPASS\n')).toBe(true);
  });

  test('names the first wrong entry, by its number and line, and ends with 1', () => {
    const { code, said } = sluice(['verify', bad]);
    expect(code).toBe(EXIT.fail);
    expect(said.trimEnd().split('\n').at(-1)).toBe(
      'FAIL: entry 3 (line 4) has content that does not match its hash [SLU-CHAIN]',
    );
  });

  test('takes standard input', () => {
    expect(sluice(['verify', '-'], { input: text }).code).toBe(EXIT.pass);
    expect(sluice(['verify', '-'], { input: text.slice(0, -1) }).code).toBe(EXIT.fail);
    expect(sluice(['verify', '-'], { input: '' }).said).toContain('the file is empty');
  });

  test('prints its report as JSON', () => {
    const { code, said } = sluice(['verify', '--json', bad]);
    expect(code).toBe(EXIT.fail);
    expect(JSON.parse(said)).toMatchObject({
      file: bad,
      verdict: 'FAIL',
      first: { line: 4, entry: 3, check: 'SLU-CHAIN' },
      header: { chain: '@installation', entries: 3 },
      audit: { head: { seq: 2 } },
    });
  });

  test('holds it against a hash that was noted', () => {
    const [, hash = ''] = /"hash":"(\w{64})"/.exec(text) ?? [];
    expect(sluice(['verify', good, '--head', hash]).code).toBe(EXIT.pass);
    expect(sluice(['verify', good, '--head', '0'.repeat(64)]).code).toBe(EXIT.fail);
  });

  test.for([
    ['nothing', [], 'say what to do'],
    ['no command', ['verfiy', 'a'], 'there is no such command'],
    ['no file', ['verify'], 'verify takes one file'],
    ['two files', ['verify', 'a', 'b'], 'verify takes one file'],
    ['an unknown option', ['verify', '--zzz', 'a'], "Unknown option '--zzz'"],
    ['half a hash', ['verify', '--head', 'abc', 'a'], '--head takes'],
    ['a file that is not there', ['verify', '/nowhere/at/all'], 'no such file'],
    ['a folder', ['verify', PROJECT_ROOT], 'EISDIR'],
    ['an export without a token', ['ledger', 'export', 'checkout'], 'SLUICE_TOKEN must hold'],
    ['an export of nothing', ['ledger', 'export'], 'takes one feature'],
    ['an export of two things', ['ledger', 'export', 'a', '--installation'], 'takes one feature'],
  ] as const)('of %s ends with 2 and a word', ([, args, word]) => {
    const { code, said, complaint } = sluice(args);
    expect({ code, said }).toEqual({ code: EXIT.unusable, said: '' });
    expect(complaint).toContain(word);
    expect(complaint).not.toContain('    at ');
  });

  test('lets no ledger speak to the terminal', () => {
    const [header, first = '', ...others] = text.split('\n');
    const obscene = first.replace('"chain":"@', '"chain":"\\u001b[31m\u202e');
    const { said } = sluice(['verify', '-'], { input: [header, obscene, ...others].join('\n') });
    expect(said).toContain('belongs to the chain ?[31m?installation');
  });

  test('runs on the Node that the machine has, which npx takes, be it too old for the rest', () => {
    const machine = ['/usr/bin/node', '/usr/local/bin/node'].find(existsSync) ?? process.execPath;
    const version = spawnSync(machine, ['--print', 'process.versions.node'], { encoding: 'utf8' }).stdout;
    const { code, said } = sluice(['verify', bad], { node: machine });
    expect({ code, named: said.includes('entry 3 (line 4)') }).toEqual({ code: EXIT.fail, named: true });
    expect(sluice(['verify', '-'], { node: machine, input: text }).code).toBe(EXIT.pass);
    // Where it is too old, this has shown that another was started.
    expect(nodeVersionRefusal(version)).toSatisfy(
      (refusal) => refusal === undefined || refusal.includes(version.trim()),
    );
  });
});
