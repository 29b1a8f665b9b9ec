import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Why nothing could be kept in a folder, which may not be there yet; null where it can. */
export async function dataFolderFault(path: string): Promise<string | null> {
  const folder = resolve(path);
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error)
    return found.code === 'ENOENT' ? dataFolderFault(dirname(folder)) : `can't be used: ${found.code}`;
  if (!found.isDirectory()) return 'is not a folder';
  return access(folder, constants.W_OK).then(
    () => null,
    () => "can't be written to",
  );
}
