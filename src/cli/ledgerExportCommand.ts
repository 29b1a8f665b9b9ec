import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { EXIT, type Exit, Refused, type Terminal, Unusable } from './terminal.ts';

const OPTIONS = {
  installation: { type: 'boolean', default: false },
  format: { type: 'string', default: 'jsonl' },
  out: { type: 'string' },
} as const;

/** Takes a whole chain away: `SLUICE_URL` says from where, `SLUICE_TOKEN` by what right. */
export async function ledgerExportCommand(args: readonly string[], terminal: Terminal): Promise<Exit> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [feature, ...others] = positionals;
  if ((feature === undefined) !== values.installation || others.length > 0) {
    throw new Unusable('ledger export takes one feature, or --installation');
  }
  const chain = feature === undefined ? 'ledger/export' : `features/${encodeURIComponent(feature)}/ledger/export`;
  const body = await answered(`/v1/${chain}?format=${encodeURIComponent(values.format)}`, terminal);
  if (values.out === undefined) for await (const chunk of body) await terminal.write(chunk);
  else await kept(body, values.out);
  return EXIT.pass;
}

async function answered(path: string, { environment }: Terminal): Promise<ReadableStream<Uint8Array>> {
  const { SLUICE_URL: base = 'http://127.0.0.1:8080', SLUICE_TOKEN: token } = environment;
  if (token === undefined || token === '') throw new Unusable('SLUICE_TOKEN must hold a token of the role auditor');
  if (!URL.canParse(path, base)) throw new Unusable('SLUICE_URL is no URL');
  const headers = { authorization: `Bearer ${token}` };
  // A token goes where it was meant to go, and nowhere that an answer names.
  const response = await fetch(new URL(path, base), { headers, redirect: 'error' });
  if (response.ok && response.body !== null) return response.body;
  throw new Refused(`${response.status}: ${(await response.text()).slice(0, 1000)}`);
}

/** Whole or not at all: an export that broke off must not be taken for one. */
async function kept(body: ReadableStream<Uint8Array>, file: string): Promise<void> {
  const part = `${file}.part`;
  try {
    await pipeline(body, createWriteStream(part));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
