import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { simulateCommand } from '../../src/cli/simulateCommand.ts';
import { EXIT, type Terminal } from '../../src/cli/terminal.ts';
import type { TokenName } from '../support/fakeApplication.ts';
import { type ProposalInput, proposalInput } from '../support/proposals.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const HOUR_MS = 3_600_000;

/** A contract in a file, tried on the six hours before now. */
async function ran(
  under: ServerUnderTest,
  more: readonly string[] = [],
  contract: ProposalInput | string = seldom(),
  as: TokenName = 'operator',
) {
  const file = await planFile(typeof contract === 'string' ? contract : JSON.stringify(contract));
  const SLUICE_URL = under.server.server.listening
    ? under.server.listeningOrigin
    : await under.server.listen({ host: '127.0.0.1', port: 0 });
  const written: string[] = [];
  const terminal: Terminal = {
    write: async (text) => void written.push(String(text)),
    say: () => {},
    standardInput: new ReadableStream(),
    environment: { SLUICE_URL, SLUICE_TOKEN: under.application.token(as) },
  };
  const from = new Date(under.application.clock.nowMs() - 6 * HOUR_MS).toISOString();
  const code = await simulateCommand([file, '--from', from, ...more], terminal);
  return { code, text: written.join('') };
}

async function planFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-simulate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'plan.json');
  await writeFile(file, text);
  return file;
}

/** What the command says beside its report, where the server answers with these lines. */
async function saidBeside(lines: readonly object[]): Promise<readonly string[]> {
  const answer = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const server = createServer((_, response) => void response.end(answer)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const said: string[] = [];
  await simulateCommand([await planFile('{}')], {
    write: async () => {},
    say: (text) => void said.push(text.trim()),
    standardInput: new ReadableStream(),
    environment: { SLUICE_URL: `http://127.0.0.1:${port}`, SLUICE_TOKEN: 'any' },
  });
  return said;
}

const seldom = (): ProposalInput => proposalInput({ pollIntervalSeconds: 300 });

async function service(errorRate: number): Promise<ServerUnderTest> {
  const under = new ServerUnderTest();
  for (const arm of ['treatment', 'control', 'all'] as const) {
    under.application.source.observe('error_rate', arm, errorRate, 5000);
  }
  await under.feature();
  return under;
}

describe('sluice simulate', () => {
  test('tells the times, the percentages and why, and ends with 0 where it would have completed', async () => {
    await using under = await service(0.001);
    const { code, text } = await ran(under, ['--repetitions', '2']);
    expect(code).toBe(EXIT.pass);
    expect(text).toContain('checkout-v2, 2026-11-20T06:00:00.000Z to 2026-11-20T12:00:00.000Z, every 300 s');
    expect(text).toMatch(/2026-11-20T06:00:00.000Z {2}started +canary +0 → 5 %/);
    expect(text).toMatch(/advanced +half +10 → 50 % +every criterion of the stage passes/);
    expect(text).toMatch(
      /canary at 10 % \(stage\): 1 h, 500 of 5000 requests would have met it; held for stageDuration/,
    );
    expect(text).toContain('It would have completed at 2026-11-20T09:15:00.000Z.');
    expect(text).toMatch(/rolled back wrongly 0 of 2 \(0.0 to 65.8 %\), paused 0 of 2/);
  });

  test('ends with 1 where it would have been rolled back, and names the criterion', async () => {
    await using under = await service(0.4);
    const { code, text } = await ran(under, ['--repetitions', '0']);
    expect(code).toBe(EXIT.fail);
    expect(text).toMatch(/rolledBack +canary +5 → 0 % +criterion: error_rate \(trigger\/0\) is 0.4, limit 0.1/);
    expect(text).not.toContain('A/A');
  });

  test('ends with 3 where the period was over first', async () => {
    await using under = await service(0.001);
    const slow = proposalInput({ pollIntervalSeconds: 300 }, { observationWindowHours: 5 });
    const { code, text } = await ran(under, ['--repetitions', '0'], slow);
    expect(code).toBe(EXIT.inconclusive);
    expect(text).toContain('The period ended before the rollout.');
  });

  test('prints its result as JSON', async () => {
    await using under = await service(0.001);
    const { text } = await ran(under, [
      '--json',
      '--repetitions',
      '1',
      '--as',
      'split',
      '--seed',
      'a',
      '--source',
      'prometheus',
    ]);
    expect(JSON.parse(text)).toMatchObject({ as: 'split', outcome: 'completed', falseAlarms: { repetitions: 1 } });
  });

  test('says how far it is once for each step, so that the log of a pipeline is not filled with it', async () => {
    const at = (percent: number) => ({ type: 'progress', of: 'falseAlarms', percent });
    const decision = { type: 'decision', decision: 'started' };
    const lines = [at(1), at(1), at(1), at(2), at(2), decision, at(2), at(2), { type: 'result' }];
    expect(await saidBeside(lines)).toEqual([1, 2, 2].map((percent) => `falseAlarms ${percent} %`));
  });

  test('says what is refused, and what it can not use', async () => {
    await using under = await service(0.001);
    await expect(ran(under, [], { ...seldom(), slis: [] })).rejects.toThrow(/^422: .*SLI_UNKNOWN/);
    await expect(ran(under, ['--repetitions', 'many'])).rejects.toThrow(/^422: .*\$\.repetitions/);
    await expect(ran(under, [], '{')).rejects.toThrow(/plan\.json is not JSON/);
    await expect(ran(under, [], seldom(), 'viewer')).rejects.toThrow(/^403: /);
    await expect(ran(under, ['--zzz'])).rejects.toThrow(/--zzz/);
    under.application.source.fail('away');
    await expect(ran(under)).rejects.toThrow(/PAST_UNREADABLE: away/);
  });
});
