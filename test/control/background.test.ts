import { expect, test } from 'vitest';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import { Background } from '../../src/control/upkeep/background.ts';

/** What is said while a chore runs once for each of these outcomes. */
async function saidOver(outcomes: readonly (Error | null)[]): Promise<readonly string[]> {
  const said: string[] = [];
  const left = [...outcomes];
  const done = Promise.withResolvers<void>();
  const run = async () => {
    const outcome = left.shift() ?? null;
    if (outcome !== null) throw outcome;
  };
  const timer = {
    sleep: async (_ms: number, signal: AbortSignal) => {
      if (left.length > 0) return;
      done.resolve();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  };
  const say = (level: string) => (_fields: object, message: string) => void said.push(`${level}: ${message}`);
  const log = { info: say('info'), warn: say('warn'), error: say('error') };
  const background = new Background([{ name: 'delivery', everyMs: 1000, run }], { timer, log });
  background.start();
  await done.promise;
  await background.stop();
  return said;
}

test('an outage of the ledger is said once, and so is its end', async () => {
  const away = new LedgerUnreachable('away');
  expect(await saidOver([null, away, away, away, null, null, away, null])).toEqual([
    'warn: delivery waits for the ledger',
    'info: delivery goes on',
    'warn: delivery waits for the ledger',
    'info: delivery goes on',
  ]);
});

test('any other fault is said each time, and the chore is tried again', async () => {
  const fault = new Error('broken');
  expect(await saidOver([fault, fault, null])).toEqual([
    'error: delivery failed and will be tried again',
    'error: delivery failed and will be tried again',
  ]);
});
