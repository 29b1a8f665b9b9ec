import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';

const RAW = '0123456789abcdef0123456789abcdef';
const KEY = Buffer.alloc(24, 7);
const CODED = `whsec_${KEY.toString('base64')}`;

async function mistakesOf(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const read = await readConfig(environment);
  return read.ok ? [] : read.mistakes.map(({ variable, message }) => `${variable} ${message}`);
}

describe('hooks in the configuration', () => {
  test('are none by default', async () => {
    const read = await readConfig({ GATE_HOOKS: '' });
    expect(read.ok && read.config.gateHooks).toBeNull();
  });

  test('name what they are asked before, with a key and a time', async () => {
    const read = await readConfig({
      GATE_HOOKS: 'beforeStart=https://user:pass@ops.example/gate/?a=b=c, onRollback=http://127.0.0.1:9000',
      GATE_HOOK_SECRET: CODED,
      GATE_HOOK_TIMEOUT_SECONDS: '3',
    });
    expect(read.ok && read.config.gateHooks).toEqual({
      addresses: [
        { hook: 'beforeStart', url: 'https://user:pass@ops.example/gate/?a=b=c' },
        { hook: 'onRollback', url: 'http://127.0.0.1:9000' },
      ],
      key: KEY,
      timeoutMs: 3000,
    });
  });

  test('take any other secret as it is', async () => {
    const read = await readConfig({ GATE_HOOKS: 'beforeStart=https://a.example', GATE_HOOK_SECRET: RAW });
    expect(read.ok && read.config.gateHooks).toMatchObject({ key: Buffer.from(RAW), timeoutMs: 5000 });
  });

  test.each([
    'hunter2',
    RAW.slice(1),
    'ü'.repeat(33),
    'x'.repeat(65),
    'whsec_hunter2hunter2hunter2hunter2hunter2!',
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    `whsec_${KEY.toString('base64')}=`,
  ])('refuse the secret %s', async (secret) => {
    const mistakes = await mistakesOf({ GATE_HOOKS: 'beforeStart=https://a.example', GATE_HOOK_SECRET: secret });
    expect(mistakes).toEqual(['GATE_HOOK_SECRET must be whsec_ and 24 to 64 bytes in base64, or 32 to 64 characters']);
  });

  test('report every mistake at once, by name and never by value', async () => {
    const mistakes = await mistakesOf({
      GATE_HOOKS:
        'beforeLunch=https://hunter2, beforeStart=ftp://hunter2, hunter2, onRollback=http://a, onRollback=http://b',
      GATE_HOOK_TIMEOUT_SECONDS: '60',
      PORT: 'x',
    });
    expect(mistakes.map((mistake) => mistake.split(' ')[0])).toEqual([
      'PORT',
      'GATE_HOOK_TIMEOUT_SECONDS',
      'GATE_HOOKS',
      'GATE_HOOKS',
      'GATE_HOOKS',
      'GATE_HOOKS',
      'GATE_HOOK_SECRET',
    ]);
    expect(mistakes).toContain('GATE_HOOK_SECRET is needed where GATE_HOOKS is set');
    expect(mistakes).toContain('GATE_HOOKS onRollback is given more than once');
    expect(JSON.stringify(mistakes)).not.toContain('hunter2');
  });
});
