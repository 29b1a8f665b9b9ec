import { globSync, readFileSync } from 'node:fs';
import { dirname, normalize, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const AUDIT = resolve(import.meta.dirname, '../../src/domain/audit');

/** Imports and re-exports that bring a value, and calls of `import()`; a type alone is gone before anything runs. */
function valuesTaken(source: string): readonly string[] {
  const statements = source.matchAll(
    /^(?:import|export)\s+(?!type\b)[^;]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  );
  return [...statements].flatMap(([, from, bare, lazy]) => from ?? bare ?? lazy ?? []);
}

const isOutside = (file: string, specifier: string) =>
  specifier === 'node:crypto'
    ? false
    : !specifier.startsWith('.') || !normalize(resolve(dirname(file), specifier)).startsWith(`${AUDIT}/`);

const files = globSync('**/*.ts', { cwd: AUDIT }).map((file) => resolve(AUDIT, file));

describe('the verifier shares no code with the writer', () => {
  it('is there to be looked at', () => expect(files.length).toBeGreaterThan(20));

  it.for(files)('%s takes types alone from elsewhere', (file) => {
    const taken = valuesTaken(readFileSync(file, 'utf8'));
    expect(taken.filter((specifier) => isOutside(file, specifier))).toEqual([]);
  });

  it('a value from outside is found, whichever way it is taken', () => {
    const taken = valuesTaken(
      [
        "import { decide } from '../rollout/decide.ts';",
        "import type { Poll } from '../rollout/poll.ts';",
        "import { type Poll, tally } from '../rollout/healthTally.ts';",
        "export { foldRollout } from '../rollout/foldRollout.ts';",
        "import {\n  a,\n  b,\n} from '../hours.ts';",
        "import '../ledger/chain.ts';",
        "const late = () => import('../feature/grants.ts');",
        "import { hash } from 'node:crypto';",
      ].join('\n'),
    );
    expect(taken).toEqual([
      '../rollout/decide.ts',
      '../rollout/healthTally.ts',
      '../rollout/foldRollout.ts',
      '../hours.ts',
      '../ledger/chain.ts',
      '../feature/grants.ts',
      'node:crypto',
    ]);
    expect(taken.filter((specifier) => isOutside(`${AUDIT}/some.ts`, specifier))).toHaveLength(6);
  });
});
