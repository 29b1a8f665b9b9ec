import { readFile } from 'node:fs/promises';
import { type Catalogue, EMPTY_CATALOGUE } from './domain/catalogue/catalogue.ts';
import { readCatalogue } from './domain/catalogue/readCatalogue.ts';
import type { Sources } from './domain/contract/subject.ts';

export type CatalogueFile =
  | { readonly ok: true; readonly catalogue: Catalogue }
  | { readonly ok: false; readonly mistakes: readonly string[] };

/** The installation's catalogue; every mistake in the file at once. Without a file it is empty. */
export async function readCatalogueFile(path: string | null, sources: Sources): Promise<CatalogueFile> {
  if (path === null) return { ok: true, catalogue: EMPTY_CATALOGUE };
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    return { ok: false, mistakes: [`can't be read: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const read = readCatalogue(content, sources);
  if (read.ok) return read;
  return {
    ok: false,
    mistakes: read.violations.map(
      ({ rule, path: at, message, allowed }) => `${at} ${message} (${rule}; allowed: ${allowed})`,
    ),
  };
}
