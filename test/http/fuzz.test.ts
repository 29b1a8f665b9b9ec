import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { REFUSALS } from '../../src/control/refusal.ts';
import { openTestPostgres } from '../support/postgresUnderTest.ts';
import { proposalInput } from '../support/proposals.ts';
import { filled, operations } from './routes.ts';
import { type Answer, ServerUnderTest } from './serverUnderTest.ts';

// A stream that is opened does not end: `streams.test.ts` asks it what it must refuse.
const all = (await operations()).filter(({ path }) => path !== '/v1/stream');
const OFREP_CODES = ['PARSE_ERROR', 'INVALID_CONTEXT', 'TARGETING_KEY_MISSING', 'FLAG_NOT_FOUND', 'GENERAL'];
const WORDS = ['reason', 'to', 'mode', 'stageId', 'decision', 'digest', 'comment', 'contractId', 'dryRun', 'startAt'];
const MORE = ['subject', 'roles', 'features', 'expiresAt', 'key', 'variants', 'prerequisites', 'context', 'owner'];

const position = fc.constantFrom('0', '1', '999999999', '2147483648', '999999999999999', 'a', '~', 'x'.repeat(256));
const forged = (list: string, at: string) => Buffer.from(`${list}:${at}`).toString('base64url');

const name = fc.oneof(
  fc.constantFrom('checkout-v2', 'accounts-v2', 'rollout', 'contract', 'nobody', '__proto__', 'constructor'),
  fc
    .tuple(
      fc.constantFrom('ledger', 'decisions', 'measurements', 'features', 'contracts', 'rollouts', 'tokens'),
      position,
    )
    .map(([list, at]) => forged(list, at)),
  fc.constantFrom('0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-11-20T12:00:00%2B02:00'),
  fc
    .array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 40 })
    .map((bytes) => bytes.map(percent).join('')),
  fc.stringMatching(/^[!-"$->@-~]{1,30}$/),
);
const percent = (byte: number) => `%${byte.toString(16).padStart(2, '0')}`;

const member = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('approve', 'reject', 'zero', 'half', 'nowhere', true, false, null, 1e308, -0, '2026-11-20T12:00:00Z'),
);
const body = fc.oneof(
  fc.dictionary(fc.constantFrom(...WORDS, ...MORE, '__proto__', 'zzz'), member, { maxKeys: 6 }),
  fc
    .tuple(fc.constantFrom('feature', 'title', 'slis', 'rolloutWedge', 'issueIds', 'zzz'), member)
    .map(([key, value]) => ({
      ...proposalInput(),
      [key]: value,
    })),
  fc.constant(proposalInput()),
  fc.jsonValue(),
);
const text = fc.oneof(
  { weight: 8, arbitrary: body.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
);

const headers = fc.record(
  {
    'if-match': fc.constantFrom('"1"', '"2"', '"3"', 'W/"1"', '*', '""', '"999999999999999999"'),
    'if-none-match': fc.constantFrom('*', '"a"', ',,,'),
    'idempotency-key': fc.constantFrom('one', 'two', ' ', 'x'.repeat(300)),
    'content-type': fc.constantFrom(
      'application/json',
      'text/plain',
      'multipart/form-data',
      '',
      'application/json; charset=x',
    ),
    'content-encoding': fc.constantFrom('gzip', 'nonsense'),
    accept: fc.constantFrom('text/html', 'nonsense'),
  },
  { requiredKeys: [] },
);

const query = fc.oneof(
  fc.constant(''),
  fc
    .dictionary(fc.constantFrom('limit', 'cursor', 'owner', 'feature', 'from', 'to', 'sli', 'archived', 'zzz'), name, {
      maxKeys: 3,
    })
    .map(
      (members) =>
        `?${Object.entries(members)
          .map(([key, value]) => `${key}=${value}`)
          .join('&')}`,
    ),
);

const request = fc.record({
  operation: fc.constantFrom(...all),
  as: fc.constantFrom('admin', 'operator', 'approver', 'viewer', 'service', 'bound', null),
  name,
  text,
  headers,
  query,
});

describe('whatever is asked', () => {
  const promise = 'no request makes a 5xx, every refusal has a code, and a refusal has changed nothing';

  test(promise, async () => {
    await using under = new ServerUnderTest();
    await fuzz(under, 1000);
  }, 300_000);

  test(`${promise}, on PostgreSQL`, async () => {
    const { kept, close } = await openTestPostgres();
    onTestFinished(close);
    const nothing = () => undefined;
    await using under = new ServerUnderTest({}, undefined, { ...kept, cut: nothing, mend: nothing });
    await fuzz(under, 500);
  }, 300_000);
});

async function fuzz(under: ServerUnderTest, numRuns: number): Promise<void> {
  await under.rollout('accounts-v2');
  const { id: rollout } = await under.started();
  const { id: contract } = await under.contract();
  const real = new Map([
    ['rollout', rollout],
    ['contract', contract],
  ]);
  let before = await stateOf(under);
  await fc.assert(
    fc.asyncProperty(request, async ({ operation, as, name: called, text: sent, headers: given, query: asked }) => {
      const path = filled(operation.path, real.get(called) ?? called) + asked;
      const answer = await under.ask(operation.method, path, {
        as,
        headers: given,
        ...(operation.takesBody ? { text: sent } : {}),
      });
      expect(answer.status, answer.text).toBeLessThan(500);
      const after = await stateOf(under);
      if (answer.status >= 400) {
        expect(codeOf(answer)).toBe(true);
        expect(after).toBe(before);
      }
      before = after;
    }),
    { numRuns },
  );
}

function codeOf({ body: said, status, headers: sent }: Answer): boolean {
  if (String(sent['content-type']).startsWith('application/problem+json')) {
    const refusal = Object.entries(REFUSALS).find(([code]) => code === said['code']);
    return refusal?.[1].status === status && said['status'] === status;
  }
  return OFREP_CODES.includes(String(said['errorCode'])) && typeof said['errorDetails'] === 'string';
}

/** Everything that is kept, in words. */
async function stateOf({ application: { kept } }: ServerUnderTest): Promise<string> {
  const page = { after: null, limit: 1000 };
  const features = await kept.features.list({}, page);
  const heads = await Promise.all(features.map(({ definition }) => kept.ledger.head(definition.key)));
  const installation = await kept.ledger.head('@installation');
  return JSON.stringify([features, heads, installation, await kept.rollouts.list({}, page), await kept.tokens.all()]);
}
