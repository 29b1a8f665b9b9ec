import { open } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { EXIT, type Exit, type Terminal, Unusable } from './terminal.ts';
import { LedgerFile, type LedgerFileOptions } from './verify/ledgerFile.ts';
import { verdictText } from './verify/verdictText.ts';

const OPTIONS = { json: { type: 'boolean', default: false }, head: { type: 'string' } } as const;
const EXITS = { PASS: EXIT.pass, FAIL: EXIT.fail, INCONCLUSIVE: EXIT.inconclusive } as const;
const CHUNK_BYTES = 256 * 1024;

/** Holds an exported ledger against itself and the laws. Asks no server and no clock. */
export async function verifyCommand(args: readonly string[], terminal: Terminal): Promise<Exit> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new Unusable('verify takes one file, or - for standard input');
  if (values.head !== undefined && !/^[0-9a-f]{64}$/.test(values.head)) {
    throw new Unusable('--head takes the 64 hexadecimal digits of a hash');
  }
  const bytes = file === '-' ? terminal.standardInput : chunksOf(file);
  const report = await verified(bytes, { notedHash: values.head });
  await terminal.write(values.json ? `${JSON.stringify({ file, ...report })}\n` : verdictText(file, report));
  return EXITS[report.verdict];
}

/** Reads no further than something is wrong. @throws where the bytes can't be read */
async function verified(bytes: AsyncIterable<Uint8Array>, options: LedgerFileOptions = {}) {
  const ledger = new LedgerFile(options);
  for await (const chunk of bytes) if (!ledger.push(chunk)) break;
  return ledger.end();
}

/** Each chunk is there until the next is asked for: a buffer for each would be memory that grows with the file. */
async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  await using handle = await open(file);
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
