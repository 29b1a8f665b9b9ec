import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KeptView, ViewFile } from '../../control/ports/viewFile.ts';
import { viewIn, viewLines } from './viewLines.ts';

/** Between two of them the event loop is free: lookups are answered while thousands of flags are written. */
const LINES_AT_ONCE = 200;

/** One file that only its owner may read: it says what is released to whom, and who may look. */
export class FileViewFile implements ViewFile {
  readonly #path: string;
  readonly #environment: string;

  constructor(path: string, environment: string) {
    this.#path = path;
    this.#environment = environment;
  }

  async write(view: KeptView): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    // Of this process alone: two that share a folder must not write into one file.
    const fresh = `${this.#path}.${process.pid}.new`;
    const file = await open(fresh, 'w', 0o600);
    try {
      await writeInTurns(file, viewLines(view, this.#environment));
      // On the disk before it takes the old one's place: a crash must leave one of both, whole.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, this.#path);
  }

  async read(): Promise<KeptView | null> {
    const text = await readFile(this.#path, 'utf8').catch(noneYet);
    return text === null ? null : viewIn(text, this.#environment);
  }
}

async function writeInTurns(file: FileHandle, lines: Iterable<string>): Promise<void> {
  let turn: string[] = [];
  for (const line of lines) {
    turn.push(line);
    if (turn.length < LINES_AT_ONCE) continue;
    await file.appendFile(turn.join(''));
    turn = [];
  }
  await file.appendFile(turn.join(''));
}

function noneYet(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
