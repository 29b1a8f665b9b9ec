import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bucketOf, unitOf } from '../../../src/domain/feature/bucketing.ts';
import { readContext } from '../../../src/domain/feature/context.ts';
import { evaluate } from '../../../src/domain/feature/evaluation.ts';
import { flagDocumentSchema } from '../../../src/domain/feature/flagDocumentSchema.ts';
import { PROJECT_ROOT } from '../../tooling/scratchProject.ts';
import { documentOf } from './documents.ts';
import { lookupOf } from './lookups.ts';

const DOCS = join(PROJECT_ROOT, 'docs');
const VECTORS = join(DOCS, 'bucketing-vectors.json');
const CHECKER = join(DOCS, 'check_bucketing.py');

const { salt, grants, caps, raises } = flagDocumentSchema.unwrap().shape;
const vectorSchema = z.strictObject({
  flag: z.strictObject({ salt, grants, caps, raises, live: z.int().min(0).nullable() }),
  context: z.record(z.string(), z.unknown()),
  expected: z.strictObject({
    unit: z.string().nullable(),
    bucket: z.int().nullable(),
    answer: z.enum(['on', 'off', 'TARGETING_KEY_MISSING']),
    cohort: z.enum(['treatment', 'control', 'rest']).nullable(),
  }),
});
type Vector = z.infer<typeof vectorSchema>;
const document = z.strictObject({ bucketing: z.literal('sha256-v1'), vectors: z.array(vectorSchema).length(200) });
const { vectors } = document.parse(JSON.parse(readFileSync(VECTORS, 'utf8')));

/** What Sluice says of a vector. */
function answered({ flag, context }: Vector): Vector['expected'] {
  const read = readContext(context);
  if (read.kind === 'invalid') throw new Error(read.errorDetails);
  const live = flag.live === null ? null : { ...LIVE, grant: flag.live };
  const answer = evaluate(documentOf({ ...flag, live }), read.context, lookupOf());
  const unit = unitOf(read.context);
  return {
    unit,
    bucket: unit === null ? null : bucketOf(flag.salt, unit),
    answer: answer.kind === 'resolved' ? answer.variant : z.literal('TARGETING_KEY_MISSING').parse(answer.errorCode),
    cohort: answer.kind === 'resolved' ? answer.cohort : null,
  };
}

const LIVE = { rolloutId: 'r-1', stage: 'canary', whenStale: 'close' } as const;

/** The code in docs/bucketing.md that is marked as of this language. */
function codeIn(language: string): string {
  const text = readFileSync(join(DOCS, 'bucketing.md'), 'utf8');
  const code = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(text)?.[1];
  if (code === undefined) throw new Error(`docs/bucketing.md has no code in ${language}`);
  return code;
}

/** A machine without Python fails here: the checker is part of what is promised. */
function python(...args: readonly string[]) {
  const run = spawnSync('python3', ['-B', ...args], { encoding: 'utf8' });
  if (run.error !== undefined) throw new Error(`python3 is needed for this test: ${run.error.message}`);
  return { code: run.status, said: run.stdout.trimEnd(), complaint: run.stderr };
}

/** Prints the places of the vectors whose bucket is another one, and of those that are not on one above it alone. */
const PYTHON_DRIVER = `
import json, sys
for place, vector in enumerate(json.load(open(sys.argv[1], encoding="utf-8"))["vectors"]):
    context, bucket = vector["context"], vector["expected"]["bucket"]
    if bucket is None: continue
    who = vector["flag"]["salt"], context["targetingKey"], context.get("workspaceId")
    on = [is_on(who[0], bucket + more, *who[1:]) for more in (0, 1)]
    if bucket_of(*who) != bucket or on != [False, True]: print(place)
print("done")
`;

const GO_HEAD = `package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
)
`;

const GO_DRIVER = `
func main() {
	var document struct {
		Vectors []struct {
			Flag     struct{ Salt string }
			Context  struct{ TargetingKey, WorkspaceID string }
			Expected struct{ Bucket *uint64 }
		}
	}
	bytes, _ := os.ReadFile(os.Args[1])
	if err := json.Unmarshal(bytes, &document); err != nil {
		fmt.Println(err)
	}
	for place, vector := range document.Vectors {
		salt, context, bucket := vector.Flag.Salt, vector.Context, vector.Expected.Bucket
		if bucket == nil {
			continue
		}
		off := IsOn(salt, *bucket, context.TargetingKey, context.WorkspaceID)
		on := IsOn(salt, *bucket+1, context.TargetingKey, context.WorkspaceID)
		if BucketOf(salt, context.TargetingKey, context.WorkspaceID) != *bucket || off || !on {
			fmt.Println(place)
		}
	}
	fmt.Println("done")
}
`;

const hasGo = spawnSync('go', ['version']).error === undefined;
/** Go compiles its library first, on a machine that may be busy. */
const COMPILE_MS = 180_000;

describe('the vectors of docs/bucketing.md', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-bucketing-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const written = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  test('are what Sluice answers', () => {
    expect(vectors.map(answered)).toEqual(vectors.map(({ expected }) => expected));
  });

  test('are what Python answers by its standard library alone', () => {
    const text = readFileSync(CHECKER, 'utf8');
    expect([...text.matchAll(/^(?:import|from) (\w+)/gm)].map(([, name]) => name)).toEqual(['hashlib', 'json', 'sys']);
    expect(python(CHECKER, VECTORS)).toEqual({ code: 0, said: '200 vectors agree', complaint: '' });
  });

  test.each<[string, (expected: Vector['expected']) => Partial<Vector['expected']>]>([
    ['bucket', ({ bucket }) => ({ bucket: (bucket ?? 0) + 1 })],
    ['unit', ({ unit }) => ({ unit: `${unit} ` })],
    ['answer', ({ answer }) => ({ answer: answer === 'on' ? 'off' : 'on' })],
    ['cohort', ({ cohort }) => ({ cohort: cohort === 'rest' ? 'control' : 'rest' })],
  ])('the checker notices any wrong %s', (name, changed) => {
    const driver = `
import json, sys
sys.path.insert(0, sys.argv[1])
from check_bucketing import check
print([i for i, v in enumerate(json.load(open(sys.argv[2], encoding="utf-8"))["vectors"]) if check({"vectors": [v]}) is None])`;
    const wrong = vectors.map((vector) => ({
      ...vector,
      expected: { ...vector.expected, ...changed(vector.expected) },
    }));
    const file = written(`${name}.json`, JSON.stringify({ vectors: wrong }));
    expect(python('-c', driver, DOCS, file)).toEqual({ code: 0, said: '[]', complaint: '' });
  });

  test('are what the Python on that page answers', () => {
    expect(codeIn('python').trimEnd().split('\n').length).toBeLessThanOrEqual(10);
    const file = written('page.py', codeIn('python') + PYTHON_DRIVER);
    expect(python(file, VECTORS)).toEqual({ code: 0, said: 'done', complaint: '' });
  });

  test.skipIf(!hasGo)(
    'are what the Go on that page answers',
    () => {
      const file = written('page.go', GO_HEAD + codeIn('go') + GO_DRIVER);
      const env = { ...process.env, GOCACHE: join(folder, 'cache'), GOTOOLCHAIN: 'local' };
      const { stdout, stderr } = spawnSync('go', ['run', file, VECTORS], { encoding: 'utf8', env });
      expect({ stdout, stderr }).toEqual({ stdout: 'done\n', stderr: '' });
    },
    COMPILE_MS,
  );

  test('have every answer and every cohort, other scripts and long keys', () => {
    const seen = new Set(vectors.flatMap(({ expected: { answer, cohort } }) => [answer, cohort]));
    expect(seen).toEqual(new Set(['on', 'off', 'TARGETING_KEY_MISSING', 'treatment', 'control', 'rest', null]));
    const units = vectors.flatMap(({ expected }) => expected.unit ?? []);
    expect(units.filter((unit) => /[^\p{ASCII}]/u.test(unit)).length).toBeGreaterThan(15);
    expect(units.filter((unit) => /[\u{10000}-\u{10ffff}]/u.test(unit)).length).toBeGreaterThan(5);
    expect(units.some((unit) => unit.length >= 4096)).toBe(true);
  });
});
