import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClosingRequest } from '../../control/ports/closingRequest.ts';
import type { LateJournal } from '../../control/ports/lateJournal.ts';

/** One file per closing, named by its id: ids sort by time, so names do too. */
export class FileLateJournal implements LateJournal {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async add(request: ClosingRequest): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = this.#path(request.id);
    const file = await open(`${path}.new`, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(request));
      // On the disk before the caller is told: the crash that this file is for may be the next thing that happens.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
  }

  async all(): Promise<readonly ClosingRequest[]> {
    const names = await readdir(this.#folder).catch(noneYet);
    const whole = names.filter((name) => name.endsWith('.json')).toSorted();
    const texts = await Promise.all(whole.map((name) => readFile(join(this.#folder, name), 'utf8')));
    // Written by `add` alone, whole or not at all.
    return texts.map((text) => JSON.parse(text) as ClosingRequest);
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}

/** Any other error is one: taken for an empty folder it would lose closings. */
function noneYet(error: unknown): readonly string[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
}
