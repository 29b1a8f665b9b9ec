import { describe, expect, test } from 'vitest';
import { T0 } from '../support/ledgerStory.ts';
import { proposalInput } from '../support/proposals.ts';
import { DAY } from '../support/waiverStory.ts';
import { type Answer, ServerUnderTest } from './serverUnderTest.ts';

/** Breaks one rule that can be waived, and one that can't where asked. */
const short = (more = {}) => proposalInput({}, { observationWindowHours: 0.5, ...more });
const at = (ms: number) => new Date(ms).toISOString();
const RULES = ['OBSERVATION_WINDOW_MINIMUM'];

/** A server with the feature, and with a second approver and a second token of the operator. */
async function opened() {
  const under = new ServerUnderTest();
  await under.feature();
  const token = async (subject: string, ...roles: readonly string[]) => {
    const { body } = await under.post('/v1/tokens', { body: { subject, roles } });
    return { headers: { authorization: `Bearer ${body['token']}` } };
  };
  const paula = await token('paula', 'approver');
  const olgaAgain = await token('olga', 'approver');
  return { under, paula, olgaAgain };
}

type Under = ServerUnderTest;
const digestOf = async (under: Under, plan: object = short()): Promise<string> =>
  String((await under.post('/v1/contracts/validate', { as: 'operator', body: plan })).body['planDigest']);

async function asked(under: Under, given: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  const planDigest = await digestOf(under);
  const body = {
    feature: 'checkout-v2',
    planDigest,
    rules: RULES,
    rationale: 'a fix of one line',
    expiresAt: at(T0 + DAY),
  };
  return under.post('/v1/waivers', { as: 'operator', body: { ...body, ...given } });
}
const rulesIn = ({ body }: Answer) => (body['violations'] as { rule: string }[]).map(({ rule }) => rule);
const APPROVE = { decision: 'approve' };

async function approved({ under, paula }: Awaited<ReturnType<typeof opened>>, given = {}): Promise<string> {
  const { body } = await asked(under, given);
  await under.post(`/v1/waivers/${body['id']}/approvals`, { as: 'approver', body: APPROVE });
  await under.post(`/v1/waivers/${body['id']}/approvals`, { ...paula, body: APPROVE });
  expect((await under.get(`/v1/waivers/${body['id']}`)).body).toMatchObject({ state: 'approved', approversMissing: 0 });
  return String(body['id']);
}

describe('waivers', () => {
  test('are asked for with 201, and say all that an approver needs to know', async () => {
    const { under } = await opened();
    await using _ = under;
    const { status, headers, body } = await asked(under);
    expect([status, headers['location']]).toEqual([201, `/v1/waivers/${body['id']}`]);
    expect(body).toMatchObject({
      feature: 'checkout-v2',
      planDigest: await digestOf(under),
      rules: RULES,
      rationale: 'a fix of one line',
      state: 'requested',
      requestedBy: 'olga',
      approvals: [],
      approversMissing: 2,
      expiresAt: at(T0 + DAY),
    });
    expect((await under.get(`/v1/waivers/${body['id']}`, { as: 'viewer' })).body).toEqual(body);
  });

  test('are told everything that is wrong at once, and nothing is stored', async () => {
    const { under } = await opened();
    await using _ = under;
    const rules = ['ROLLBACK_TRIGGER_REQUIRED', 'NONSENSE', 'BLAST_RADIUS', 'BLAST_RADIUS'];
    const wrong = { feature: 'nobody', rules, rationale: '  ', expiresAt: at(T0 - 1) };
    const refused = await asked(under, wrong);
    expect(refused.body).toMatchObject({ status: 422, code: 'WAIVER_INVALID' });
    expect(rulesIn(refused)).toEqual([
      'FEATURE_UNKNOWN',
      'WAIVER_UNWAIVABLE',
      'WAIVER_RULE_UNKNOWN',
      'WAIVER_UNWAIVABLE',
      'WAIVER_RULE_REPEATED',
      'WAIVER_RATIONALE',
      'WAIVER_EXPIRY',
    ]);
    expect((await under.get('/v1/waivers')).body['items']).toEqual([]);
  });

  test.for([
    ['a term beyond 90 days', { expiresAt: at(T0 + 90 * DAY + 1) }, 'WAIVER_INVALID'],
    ['no rule', { rules: [] }, 'WAIVER_INVALID'],
    ['a time that is none', { expiresAt: 'tomorrow' }, 'SCHEMA'],
    ['a digest that is none', { planDigest: 'D'.repeat(64) }, 'SCHEMA'],
    ['rules that are no list', { rules: 'STAGES_MINIMUM' }, 'SCHEMA'],
    ['a rationale of U+0000', { rationale: 'a\0' }, 'SCHEMA'],
    ['a rationale without end', { rationale: 'x'.repeat(2001) }, 'SCHEMA'],
    ['another member', { approvedBy: 'olga' }, 'SCHEMA'],
  ] as const)('are refused with %s', async ([, given, code]) => {
    const { under } = await opened();
    await using _ = under;
    expect((await asked(under, given)).body).toMatchObject({ status: 422, code });
    expect((await under.get('/v1/waivers')).body['items']).toEqual([]);
  });

  test('take two approvers, none of them who asked, nor by a second token, nor one person twice', async () => {
    const { under, paula, olgaAgain } = await opened();
    await using _ = under;
    const { body } = await asked(under);
    const path = `/v1/waivers/${body['id']}/approvals`;
    expect(await under.refusal('POST', path, { as: 'operator', body: APPROVE })).toBe('403 FORBIDDEN');
    expect(await under.refusal('POST', path, { ...olgaAgain, body: APPROVE })).toBe('403 FOUR_EYES');
    expect(await under.refusal('POST', path, { ...olgaAgain, body: { decision: 'reject' } })).toBe('403 FOUR_EYES');
    for (let times = 0; times < 2; times += 1) {
      const said = await under.post(path, { as: 'approver', body: APPROVE });
      expect(said.body).toMatchObject({
        state: 'requested',
        approversMissing: 1,
        approvals: [{ subject: 'peter' }],
        version: 2,
      });
    }
    const last = await under.post(path, { ...paula, body: { ...APPROVE, comment: 'seen' } });
    expect(last.body).toMatchObject({ state: 'approved', approvals: [{ subject: 'peter' }, { comment: 'seen' }] });
  });

  test('are never on both sides, not even for an administrator', async () => {
    const { under } = await opened();
    await using _ = under;
    const planDigest = await digestOf(under);
    const body = { feature: 'checkout-v2', planDigest, rules: RULES, rationale: 'mine', expiresAt: at(T0 + DAY) };
    const { id } = (await under.post('/v1/waivers', { as: 'admin', body })).body;
    expect(await under.refusal('POST', `/v1/waivers/${id}/approvals`, { body: APPROVE })).toBe('403 FOUR_EYES');
  });

  test('two approvers at the same moment both count', async () => {
    const { under, paula } = await opened();
    await using _ = under;
    const { body } = await asked(under);
    const path = `/v1/waivers/${body['id']}/approvals`;
    const said = await Promise.all([
      under.post(path, { as: 'approver', body: APPROVE }),
      under.post(path, { ...paula, body: APPROVE }),
      under.post(path, { as: 'approver', body: APPROVE }),
    ]);
    expect(said.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { body: after } = await under.get(`/v1/waivers/${body['id']}`);
    expect(after).toMatchObject({ state: 'approved', version: 3 });
    expect(after['approvals']).toHaveLength(2);
  });

  test('take no word once rejected or over', async () => {
    const { under } = await opened();
    await using _ = under;
    const first = await asked(under);
    const path = `/v1/waivers/${first.body['id']}/approvals`;
    const rejected = await under.post(path, { as: 'approver', body: { decision: 'reject', comment: 'no' } });
    expect(rejected.body).toMatchObject({ state: 'rejected', rejectedBy: 'peter' });
    expect(await under.refusal('POST', path, { as: 'approver', body: APPROVE })).toBe('409 WAIVER_NOT_OPEN');
    const second = await asked(under);
    under.application.clock.set(T0 + DAY);
    const late = `/v1/waivers/${second.body['id']}/approvals`;
    expect(await under.refusal('POST', late, { as: 'approver', body: APPROVE })).toBe('409 WAIVER_NOT_OPEN');
    expect((await under.get('/v1/waivers?state=expired')).body['items']).toHaveLength(1);
    expect(await under.refusal('POST', '/v1/waivers/nobody/approvals', { body: APPROVE })).toBe('404 NOT_FOUND');
  });

  test('are shown to a token for some features only where they are its own', async () => {
    const { under } = await opened();
    await using _ = under;
    await under.feature('search');
    const other = await asked(under, { feature: 'search' });
    await asked(under);
    expect((await under.get('/v1/waivers', { as: 'bound' })).body['items']).toMatchObject([{ feature: 'checkout-v2' }]);
    expect(await under.refusal('GET', `/v1/waivers/${other.body['id']}`, { as: 'bound' })).toBe('404 NOT_FOUND');
    const body = { feature: 'search' };
    expect(await under.refusal('POST', '/v1/waivers', { as: 'bound', body })).toBe('403 FORBIDDEN');
    const path = `/v1/waivers/${other.body['id']}/approvals`;
    expect(await under.refusal('POST', path, { as: 'bound', body: APPROVE })).toBe('404 NOT_FOUND');
  });
});

describe('a plan with a waiver', () => {
  const propose = (under: Under, plan: object) => under.post('/v1/contracts', { as: 'operator', body: plan });

  test('validate says which violations are waived, which could be, and the digest to ask with', async () => {
    const all = await opened();
    await using under = all.under;
    const before = await under.post('/v1/contracts/validate', { as: 'operator', body: short({ maxBlastRadius: 40 }) });
    expect(before.body['planDigest']).toMatch(/^[0-9a-f]{64}$/);
    expect(before.body['violations']).toMatchObject([
      { rule: 'BLAST_RADIUS', waivable: false, waivedBy: null },
      { rule: 'BLAST_RADIUS', waivable: false, waivedBy: null },
      { rule: 'OBSERVATION_WINDOW_MINIMUM', waivable: true, waivedBy: null },
    ]);
    const id = await approved(all);
    const after = await under.post('/v1/contracts/validate', { as: 'operator', body: short() });
    expect(after.body['violations']).toMatchObject([{ rule: 'OBSERVATION_WINDOW_MINIMUM', waivedBy: id }]);
  });

  test('passes where every violation is covered; the contract and the ledger name the use', async () => {
    const all = await opened();
    await using under = all.under;
    expect((await propose(under, short())).body).toMatchObject({ status: 422, code: 'CONTRACT_INVALID' });
    const id = await approved(all);
    const proposed = await propose(under, short());
    expect([proposed.status, proposed.body['waivers']]).toEqual([201, [{ id, rules: RULES, expiresAt: at(T0 + DAY) }]]);
    const chain = await under.application.kept.ledger.entries('checkout-v2', { afterSeq: 0, limit: 100 });
    expect(chain.map(({ type }) => type)).toEqual(['waiverRequested', 'waiverApproved', 'waiverApproved', 'proposed']);
    expect(chain.at(-1)).toMatchObject({ data: { waivers: [{ waiverId: id, rules: RULES, expiresAtMs: T0 + DAY }] } });
  });

  test('is refused with all that the waiver does not cover', async () => {
    const all = await opened();
    await using under = all.under;
    const plan = short({ rollback: { cooldownMinutes: 1 }, maxBlastRadius: 40 });
    await approved(all, { planDigest: await digestOf(under, plan) });
    const refused = await propose(under, plan);
    expect(rulesIn(refused)).toEqual(['BLAST_RADIUS', 'BLAST_RADIUS', 'COOLDOWN_MINIMUM']);
  });

  test('is not helped by the waiver of another plan, of another feature, or one that is over', async () => {
    const all = await opened();
    await using under = all.under;
    await under.feature('search');
    await approved(all);
    const other = { ...short(), title: 'Another plan' };
    expect(rulesIn(await propose(under, other))).toEqual(RULES);
    expect(rulesIn(await propose(under, { ...short(), feature: 'search' }))).toEqual(RULES);
    under.application.clock.set(T0 + DAY);
    expect(rulesIn(await propose(under, short()))).toEqual(RULES);
  });
});

describe('the policy', () => {
  test('says since when it is in force, by whose names', async () => {
    const { under } = await opened();
    await using _ = under;
    expect((await under.get('/v1/policy')).body).toMatchObject({ since: null, inForce: true, approvedBy: [] });
  });
});
