import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KEPT_MS } from '../../src/control/ports/idempotencyRegister.ts';
import { seal, unseal } from '../../src/http/sealedAnswer.ts';
import { T0 } from '../support/ledgerStory.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const key = (name: string) => ({ 'idempotency-key': name });

describe('an Idempotency-Key', () => {
  test('makes a repeated create answer what it answered', async () => {
    await using under = new ServerUnderTest();
    const create = (name: string) => under.post('/v1/features', { headers: key(name), body: { key: 'checkout-v2' } });
    const first = await create('one');
    const again = await create('one');
    expect([first.status, first.headers['idempotency-replayed']]).toEqual([201, undefined]);
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
    expect([again.text, again.headers['location'], again.headers['etag']]).toEqual([
      first.text,
      first.headers['location'],
      first.headers['etag'],
    ]);
    expect((await create('two')).body).toMatchObject({ code: 'FEATURE_EXISTS' });
  });

  test('stands for one request of one token', async () => {
    await using under = new ServerUnderTest();
    const create = (as: 'admin' | 'operator', feature: string) =>
      under.refusal('POST', '/v1/features', { as, headers: key('one'), body: { key: feature } });
    expect(await create('admin', 'a')).toBe('201 undefined');
    expect(await create('admin', 'b')).toBe('409 IDEMPOTENCY_MISMATCH');
    expect(await create('operator', 'b')).toBe('201 undefined');
    under.application.clock.set(T0 + KEPT_MS);
    expect(await create('admin', 'c')).toBe('201 undefined');
  });

  test('may be tried again after a refusal', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const contract = await under.contract();
    const create = { headers: key('one'), body: { contractId: contract.id } };
    expect(await under.refusal('POST', '/v1/rollouts', create)).toBe('409 CONTRACT_NOT_APPROVED');
    const body = { decision: 'approve', digest: contract.digest };
    await under.post(`/v1/contracts/${contract.id}/approvals`, { as: 'approver', body });
    expect(await under.refusal('POST', '/v1/rollouts', create)).toBe('201 undefined');
  });

  test('lets of two at once one through', async () => {
    await using under = new ServerUnderTest();
    const create = () => under.refusal('POST', '/v1/features', { headers: key('one'), body: { key: 'a' } });
    const answers = await Promise.all([create(), create(), create()]);
    expect(answers.filter((answer) => answer === '201 undefined').length).toBeGreaterThanOrEqual(1);
    expect(answers.every((answer) => ['201 undefined', '409 IDEMPOTENCY_BUSY'].includes(answer))).toBe(true);
    expect((await under.get('/v1/features')).body['items']).toHaveLength(1);
  });

  test('is some visible characters', async () => {
    await using under = new ServerUnderTest();
    for (const name of ['', ' ', 'ü', 'x'.repeat(256)]) {
      expect(await under.refusal('POST', '/v1/features', { headers: key(name), body: { key: 'a' } })).toBe(
        '422 SCHEMA',
      );
    }
  });

  test('never leaves a new token lying in the register', async () => {
    const kept: string[] = [];
    await using under = new ServerUnderTest({}, (application) => {
      const keep = application.idempotency.keep;
      application.idempotency.keep = (tokenId, name, answer) => {
        kept.push(JSON.stringify(answer));
        return keep(tokenId, name, answer);
      };
      return application;
    });
    const issue = () => under.post('/v1/tokens', { headers: key('one'), body: { subject: 'a', roles: ['viewer'] } });
    const { body } = await issue();
    expect((await issue()).body).toEqual(body);
    expect(kept).toHaveLength(1);
    expect(kept[0]).not.toContain(String(body['token']));
  });

  test('with an answer that could not be kept, the create still stands', async () => {
    await using under = new ServerUnderTest({}, (application) => {
      application.idempotency.keep = () => Promise.reject(new Error('away'));
      return application;
    });
    const create = () => under.refusal('POST', '/v1/features', { headers: key('one'), body: { key: 'a' } });
    expect([await create(), await create()]).toEqual(['201 undefined', '409 IDEMPOTENCY_BUSY']);
  });
});

describe('a sealed answer', () => {
  test('opens for the token and key that it was sealed for, and for nothing else', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string(),
        fc.string(),
        fc.string(),
        (text, token, name, other) => {
          const sealed = seal(text, token, name);
          expect(unseal(sealed, token, name)).toBe(text);
          if (other !== token) expect(unseal(sealed, other, name)).toBeNull();
          if (other !== name) expect(unseal(sealed, token, other)).toBeNull();
          expect(unseal(other, token, name)).toBeNull();
        },
      ),
    );
  });
});
