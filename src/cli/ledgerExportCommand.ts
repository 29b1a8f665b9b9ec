import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { Connection } from './connection.ts';
import { EXIT, type Exit, type Terminal, Unusable } from './terminal.ts';

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
  const body = await new Connection(terminal, 'auditor').get(
    `/v1/${chain}?format=${encodeURIComponent(values.format)}`,
  );
  if (values.out === undefined) for await (const chunk of body) await terminal.write(chunk);
  else await kept(body, values.out);
  return EXIT.pass;
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
