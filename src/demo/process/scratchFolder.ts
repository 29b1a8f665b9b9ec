import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for one run. */
export type ScratchFolder = AsyncDisposable & { readonly path: string };

/** @param keep leave it there at the end */
export async function scratchFolder(keep: boolean): Promise<ScratchFolder> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-demo-'));
  // As root, PostgreSQL runs under another account, which has to pass through.
  await chmod(path, 0o711);
  return {
    path,
    async [Symbol.asyncDispose]() {
      if (!keep) await rm(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
