import { readFile } from 'node:fs/promises';

export type JsonFile =
  | { readonly ok: true; readonly content: unknown }
  | { readonly ok: false; readonly mistakes: readonly string[] };

/** What a file of the installation holds, or why that can't be read. */
export async function readJsonFile(path: string): Promise<JsonFile> {
  try {
    return { ok: true, content: JSON.parse(await readFile(path, 'utf8')) };
  } catch (error) {
    return { ok: false, mistakes: [`can't be read: ${error instanceof Error ? error.message : String(error)}`] };
  }
}
