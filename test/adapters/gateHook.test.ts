import { execFile } from 'node:child_process';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HttpGateHooks } from '../../src/adapters/gateHook/httpGateHooks.ts';
import { RollbackNotifier } from '../../src/adapters/gateHook/rollbackNotifier.ts';
import { SignedPost } from '../../src/adapters/gateHook/signedPost.ts';
import { webhookHeaders } from '../../src/adapters/gateHook/standardWebhook.ts';
import { BoundedHttp } from '../../src/adapters/outboundHttp/boundedHttp.ts';
import { monotonicMs } from '../../src/adapters/system/systemClock.ts';
import { systemTimer } from '../../src/adapters/system/systemTimer.ts';
import type { Notice } from '../../src/control/ports/outbox.ts';
import { type GateHooksUnderTest, gateHooksContract, QUESTION } from '../contracts/gateHooks.ts';
import { HookReceiver, type Received } from '../support/hookReceiver.ts';
import { NO_CHANGE, T0 } from '../support/ledgerStory.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const KEY = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
const TIMEOUT_MS = 1_000;

/** As a receiver does it, by the text of the specification and by none of Sluice's own code. */
function isGenuine({ headers, body }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const expected = createHmac('sha256', key).update(signed).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice(3), 'base64'))
    .some((signature) => signature.length === expected.length && timingSafeEqual(signature, expected));
}

test('signs as the libraries of Standard Webhooks do', () => {
  // The message and the signature of their own tests.
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', atMs: 1_614_265_330_999, body: '{"test": 2432232314}' };
  expect(webhookHeaders(KEY, message)).toEqual({
    'content-type': 'application/json',
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('are known to be genuine by the lines of docs/operating.md', async () => {
  const page = await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8');
  const lines = page.split('```js\n')[1]?.split('\n```')[0] ?? '';
  const file = join(await mkdtemp(join(tmpdir(), 'sluice-genuine-')), 'genuine.mjs');
  const asking = `console.log(JSON.stringify(JSON.parse(process.argv[2]).map(({ headers, body }) => isGenuine(headers, body))));`;
  await writeFile(file, `${lines}\n${asking}\n`);
  const fresh = { id: 'msg_a_1_beforeStart', atMs: Date.now(), body: '{"a":1}' };
  const headers = webhookHeaders(KEY, fresh);
  const sent = [
    { headers, body: fresh.body },
    { headers, body: '{"a":2}' },
    { headers: { ...headers, 'webhook-id': 'msg_b' }, body: fresh.body },
    { headers: webhookHeaders(KEY, { ...fresh, atMs: Date.now() - 600_000 }), body: fresh.body },
    { headers: webhookHeaders(Buffer.alloc(24), fresh), body: fresh.body },
    { headers: { ...headers, 'webhook-signature': `v1,AAAA ${headers['webhook-signature']}` }, body: fresh.body },
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [file, JSON.stringify(sent)], {
    env: { ...process.env, GATE_HOOK_SECRET: SECRET },
  });
  expect(JSON.parse(stdout)).toEqual([true, false, false, false, false, true]);
  await rm(dirname(file), { recursive: true });
});

describe('hooks over HTTP', () => {
  let receiver: HookReceiver;
  let http: BoundedHttp;
  let seconds: number;
  let hooks: HttpGateHooks;
  let post: SignedPost;

  beforeEach(async () => {
    receiver = await HookReceiver.start();
    seconds = 0;
    http = new BoundedHttp(`http://hook:hunter2@${receiver.host}/gate/?from=sluice`, {
      timeoutMs: TIMEOUT_MS,
      maxResponseBytes: 64 * 1024,
    });
    // A second later each time it is looked at.
    const clock = { nowMs: () => T0 + 1000 * seconds++ };
    post = new SignedPost(http, KEY, clock);
    const posts = new Map([
      ['beforeStart', post],
      ['beforeAdvance', post],
    ] as const);
    hooks = new HttpGateHooks(posts, { environment: 'test', timeoutMs: TIMEOUT_MS, timer: systemTimer, monotonicMs });
  });
  afterEach(async () => {
    await http.close();
    await receiver[Symbol.asyncDispose]();
  });

  const said = (...answers: HookReceiver['answers']) => {
    receiver.answers = answers;
    return hooks.ask(QUESTION);
  };

  describe('keep the contract', () => {
    const how = {
      agrees: { status: 204 },
      refuses: { status: 409, body: 'no change ticket\n' },
      'breaks off': 'hangUp',
    } as const;
    const hookIn = ({ body }: Received) => String(JSON.parse(body).type).replace('rollout.', '');
    gateHooksContract(
      (): GateHooksUnderTest => ({
        hooks,
        answer: (wanted) => {
          receiver.answers = [how[wanted]];
        },
        asked: () => [...new Set(receiver.received.map((one) => `${hookIn(one)} ${one.headers['webhook-id']}`))],
      }),
    );
  });

  test('tell what is about to happen, signed, to the address as it was given', async () => {
    expect(await said({ status: 200, body: 'fine' })).toBeNull();
    const [received] = receiver.received;
    if (received === undefined) throw new Error('nothing was received');
    expect(received.path).toBe('/gate/?from=sluice');
    expect(received.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': QUESTION.id,
      'webhook-timestamp': String(T0 / 1000),
      authorization: `Basic ${Buffer.from('hook:hunter2').toString('base64')}`,
    });
    expect(JSON.parse(received.body)).toEqual({
      type: 'rollout.beforeAdvance',
      timestamp: '2026-11-20T12:00:00.000Z',
      data: {
        rollout: 'rollout-1',
        feature: 'checkout-v2',
        environment: 'test',
        stage: 'half',
        percentageFrom: 10,
        percentageTo: 50,
        reason: 'ready',
        detail: 'every criterion of the stage passes',
      },
    });
    expect(isGenuine(received, SECRET)).toBe(true);
    expect(isGenuine({ ...received, body: received.body.replace('50', '51') }, SECRET)).toBe(false);
    expect(isGenuine(received, `whsec_${Buffer.alloc(24).toString('base64')}`)).toBe(false);
  });

  test.each([500, 503, 429])('try again after %s under the same id, signed anew', async (status) => {
    expect(await said({ status }, { status: 200 })).toBeNull();
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([QUESTION.id, QUESTION.id]);
    const stamps = receiver.received.map(({ headers }) => headers['webhook-timestamp']);
    expect(new Set(stamps).size).toBe(2);
    expect(receiver.received.every((one) => isGenuine(one, SECRET))).toBe(true);
  });

  test('try again after a broken connection, three times at most', async () => {
    expect(await said('hangUp', { status: 200 })).toBeNull();
    receiver.received.length = 0;
    expect(await said({ status: 503, body: 'busy' })).toBe('answered 503: busy');
    expect(receiver.received).toHaveLength(3);
  });

  test.each([301, 302, 307, 400, 401, 404, 410])('take %s for a no, at once', async (status) => {
    const location = `http://${receiver.host}/elsewhere`;
    expect(await said({ status, headers: { location }, body: 'no' })).toBe(`answered ${status}: no`);
    expect(receiver.received.every(({ path }) => path === '/gate/?from=sluice')).toBe(true);
    expect(receiver.received).toHaveLength(1);
  });

  test('show what was said as one short line without control characters', async () => {
    const body = `\u0000\u001b[31mno\u202e\r\n\tticket ${'🦆'.repeat(500)}`;
    const answered = (await said({ status: 400, body })) ?? '';
    expect(answered.startsWith('answered 400: [31mno ticket 🦆')).toBe(true);
    expect([...answered.replace('answered 400: ', '')]).toHaveLength(200);
    expect(answered.isWellFormed()).toBe(true);
    expect(await said({ status: 400 })).toBe('answered 400');
  });

  test('take silence, noise and a flood for a no, in time and without credentials', async () => {
    expect(await said('silence')).toBe('failed: no answer within 1 s');
    expect(await said('noise')).toBe('failed: the answer is not HTTP');
    const flooded = (await said('flood')) ?? '';
    expect(flooded).toBe('failed: an answer above 65536 bytes');
    expect(JSON.stringify(hooks)).not.toContain('hunter2');
  });

  test('take an address where nobody listens for a no', async () => {
    const nobody = new BoundedHttp('http://hook:hunter2@127.0.0.1:1/');
    const away = new HttpGateHooks(new Map([['beforeStart', new SignedPost(nobody, KEY, { nowMs: () => T0 })]]), {
      environment: 'test',
      timeoutMs: TIMEOUT_MS,
      timer: systemTimer,
      monotonicMs,
    });
    expect(await away.ask({ ...QUESTION, hook: 'beforeStart' })).toBe('failed: connection refused');
    await nobody.close();
  });

  describe('after a rollback', () => {
    const notice: Notice = {
      kind: 'rolledBack',
      urgency: 'incident',
      feature: 'checkout-v2',
      rolloutId: 'rollout-1',
      text: '',
      atMs: T0,
      change: { stage: 'half', percentageFrom: 50, percentageTo: 0, reason: 'criterion', detail: 'error_rate is bad' },
    };
    const notifier = () => new RollbackNotifier(post, { environment: 'test', timeoutMs: TIMEOUT_MS });

    test('inform, once an attempt, under the same id each time', async () => {
      receiver.answers = [{ status: 503, body: 'busy' }, { status: 200 }];
      await expect(notifier().tell(notice, '17')).rejects.toThrow('onRollback answered 503: busy');
      await notifier().tell(notice, '17');
      expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([
        'msg_rollout-1_17_onRollback',
        'msg_rollout-1_17_onRollback',
      ]);
      expect(receiver.received.every((one) => isGenuine(one, SECRET))).toBe(true);
      expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual({
        type: 'rollout.onRollback',
        timestamp: '2026-11-20T12:00:00.000Z',
        data: {
          rollout: 'rollout-1',
          feature: 'checkout-v2',
          environment: 'test',
          stage: 'half',
          percentageFrom: 50,
          percentageTo: 0,
          reason: 'criterion',
          detail: 'error_rate is bad',
        },
      });
    });

    test('are reachable where anybody answers, and take no question for a message', async () => {
      expect(await notifier().reachable()).toEqual({ ok: true, detail: 'answers' });
      expect(receiver.received).toEqual([]);
      await receiver[Symbol.asyncDispose]();
      expect(await notifier().reachable()).toMatchObject({ ok: false });
      receiver = await HookReceiver.start();
    });

    test('inform of nothing else', async () => {
      await notifier().tell({ ...notice, kind: 'advanced', change: NO_CHANGE }, '18');
      expect(receiver.received).toEqual([]);
    });
  });
});
