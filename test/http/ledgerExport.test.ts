import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ledgerExportCommand } from '../../src/cli/ledgerExportCommand.ts';
import { EXIT, Refused, type Terminal } from '../../src/cli/terminal.ts';
import { LedgerFile } from '../../src/cli/verify/ledgerFile.ts';
import type { Application } from '../../src/control/application.ts';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const OF_FEATURE = '/v1/features/checkout-v2/ledger/export';
const OF_INSTALLATION = '/v1/ledger/export';

function reportOn(text: string) {
  const file = new LedgerFile();
  file.push(Buffer.from(text));
  return file.end();
}

describe('the export of a ledger', () => {
  test('SLU-CHAIN: is JSON Lines that sluice verify passes, to be kept as a file', async () => {
    await using under = new ServerUnderTest();
    await under.started();
    const { status, headers, text } = await under.get(OF_FEATURE, { as: 'auditor' });
    expect({ status, type: headers['content-type'], file: headers['content-disposition'] }).toEqual({
      status: 200,
      type: 'application/jsonl',
      file: 'attachment; filename="ledger-checkout-v2.jsonl"',
    });
    const { verdict, header, first } = reportOn(text);
    const { seq: entries, hash: headHash } = await under.application.kept.ledger.head('checkout-v2');
    expect({ verdict, header, first }).toEqual({
      verdict: 'PASS',
      first: null,
      header: { chain: 'checkout-v2', environment: 'test', entries, headHash },
    });
    expect((await under.get(`${OF_FEATURE}?format=jsonl`, { as: 'auditor' })).text).toBe(text);
  });

  test('of the installation tells of its stop; as Markdown it is there to be read', async () => {
    await using under = new ServerUnderTest();
    await under.ask('PUT', '/v1/stop', { body: { reason: 'smoke <b>in</b> | the *kitchen*' } });
    const lines = await under.get(OF_INSTALLATION);
    expect(lines.headers['content-disposition']).toBe('attachment; filename="ledger-@installation.jsonl"');
    expect(reportOn(lines.text)).toMatchObject({ verdict: 'PASS', header: { chain: '@installation', entries: 1 } });
    const { headers, text } = await under.get(`${OF_INSTALLATION}?format=md`);
    expect(headers['content-type']).toBe('text/markdown; charset=utf-8');
    expect(headers['content-disposition']).toBe('attachment; filename="ledger-@installation.md"');
    expect(text).toContain(String.raw`smoke \<b\>in\</b\> \| the \*kitchen\*`);
    expect(text).toContain('stopSet');
  });

  test('of a feature that nothing happened to yet is a header that promises nothing', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    expect(reportOn((await under.get(OF_FEATURE)).text)).toMatchObject({ verdict: 'PASS', header: { entries: 0 } });
    const { text } = await under.get(`${OF_FEATURE}?format=md`);
    expect(text).toContain('0 entries');
    expect(text.endsWith('The end.\n')).toBe(true);
  });

  test('is there for archived features, and not for strangers', async () => {
    await using under = new ServerUnderTest();
    await under.contract().catch(() => null);
    await under.rollout();
    const before = (await under.get(OF_FEATURE)).text;
    expect((await under.ask('DELETE', '/v1/features/checkout-v2')).status).toBe(204);
    expect(await under.refusal('GET', '/v1/features/checkout-v2')).toBe('404 NOT_FOUND');
    expect((await under.get(OF_FEATURE)).text).toBe(before);
    for (const key of ['nobody', '@installation', '%40installation', 'x%0a']) {
      expect(await under.refusal('GET', `/v1/features/${key}/ledger/export`)).toBe('404 NOT_FOUND');
    }
  });

  test('is for auditors and administrators; a token for some features has these, and not the installation', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    await under.feature('accounts-v2');
    const of = async (as: Parameters<typeof under.refusal>[2], path: string) => under.refusal('GET', path, as);
    for (const who of ['viewer', 'operator', 'approver', 'service', 'customer', 'bound'] as const) {
      expect([who, await of({ as: who }, OF_FEATURE)]).toEqual([who, '403 FORBIDDEN']);
      expect([who, await of({ as: who }, OF_INSTALLATION)]).toEqual([who, '403 FORBIDDEN']);
    }
    for (const as of ['auditor', 'admin'] as const) {
      expect((await under.get(OF_FEATURE, { as })).status).toBe(200);
      expect((await under.get(OF_INSTALLATION, { as })).status).toBe(200);
    }
    for (const as of ['boundAuditor', 'boundAdmin'] as const) {
      expect((await under.get(OF_FEATURE, { as })).status).toBe(200);
      expect(await of({ as }, OF_INSTALLATION)).toBe('403 FORBIDDEN');
      expect(await of({ as }, '/v1/features/accounts-v2/ledger/export')).toBe('403 FORBIDDEN');
      expect(await of({ as }, '/v1/features/nobody/ledger/export')).toBe('403 FORBIDDEN');
    }
  });

  test('takes its two formats and GET and HEAD, and nothing else', async () => {
    await using under = new ServerUnderTest();
    await under.started();
    for (const path of [OF_FEATURE, OF_INSTALLATION]) {
      for (const query of ['format=csv', 'format=', 'format=md&format=md', 'zzz=1', 'format=MD']) {
        expect([query, await under.refusal('GET', `${path}?${query}`)]).toEqual([query, '422 SCHEMA']);
      }
      const head = await under.ask('HEAD', path);
      expect({ status: head.status, text: head.text }).toEqual({ status: 200, text: '' });
      expect(head.headers['content-type']).toBe('application/jsonl');
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'] as const) {
        expect(await under.refusal(method, path)).toBe('405 METHOD_NOT_ALLOWED');
      }
    }
  });

  test('is refused where the ledger is away', async () => {
    await using under = new ServerUnderTest();
    await under.started();
    under.application.kept.cut();
    expect(await under.refusal('GET', OF_FEATURE)).toBe('503 LEDGER_UNREACHABLE');
    expect(await under.refusal('GET', OF_INSTALLATION)).toBe('503 LEDGER_UNREACHABLE');
  });
});

/** A ledger that goes away when a page of it is told. */
const breakingOff = <T extends Application>(application: T): T => ({
  ...application,
  ledger: {
    ...application.ledger,
    ofFeature: async (key: string) => {
      const { header, pages } = await application.ledger.ofFeature(key);
      const some = async function* () {
        yield* pages;
        throw new LedgerUnreachable('gone');
      };
      return { header, pages: some() };
    },
    ofInstallation: () => application.ledger.ofInstallation(),
  },
});

describe('sluice ledger export', () => {
  async function ran(under: ServerUnderTest, args: readonly string[], as: 'auditor' | 'viewer' = 'auditor') {
    const SLUICE_URL = under.server.server.listening
      ? under.server.listeningOrigin
      : await under.server.listen({ host: '127.0.0.1', port: 0 });
    const written: Uint8Array[] = [];
    const terminal: Terminal = {
      write: async (text) => void written.push(Buffer.from(text)),
      say: () => {},
      standardInput: new ReadableStream(),
      environment: { SLUICE_URL, SLUICE_TOKEN: under.application.token(as) },
    };
    const code = await ledgerExportCommand(args, terminal);
    return { code, text: Buffer.concat(written).toString('utf8') };
  }

  test('writes what the API tells, to be piped on or into a file', async () => {
    await using under = new ServerUnderTest();
    await under.started();
    const folder = await mkdtemp(join(tmpdir(), 'sluice-export-'));
    const out = join(folder, 'checkout.jsonl');
    const told = (await under.get(OF_FEATURE)).text;
    expect(await ran(under, ['checkout-v2'])).toEqual({ code: EXIT.pass, text: told });
    expect(await ran(under, ['checkout-v2', '--out', out])).toEqual({ code: EXIT.pass, text: '' });
    expect(await readFile(out, 'utf8')).toBe(told);
    const markdown = (await under.get(`${OF_INSTALLATION}?format=md`)).text;
    expect(await ran(under, ['--installation', '--format', 'md'])).toEqual({ code: EXIT.pass, text: markdown });
    await rm(folder, { recursive: true });
  });

  test('says what the API refuses', async () => {
    await using under = new ServerUnderTest();
    await expect(ran(under, ['nobody'])).rejects.toThrow(/^404: .*NOT_FOUND/);
    // Not with what there is to ask for: it was asked well.
    await expect(ran(under, ['nobody'])).rejects.toBeInstanceOf(Refused);
    await expect(ran(under, ['../../tokens'])).rejects.toThrow(/^404: /);
    await expect(ran(under, ['--installation'], 'viewer')).rejects.toThrow(/^403: .*FORBIDDEN/);
    await expect(ran(under, ['--installation', '--format', 'csv'])).rejects.toThrow(/^422: .*SCHEMA/);
  });

  test('leaves nothing behind of an export that broke off', async () => {
    await using under = new ServerUnderTest({}, breakingOff);
    await under.started();
    const folder = await mkdtemp(join(tmpdir(), 'sluice-export-'));
    await expect(ran(under, ['checkout-v2', '--out', join(folder, 'checkout.jsonl')])).rejects.toThrow();
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });
});
