import { type Catalogue, EMPTY_CATALOGUE } from './domain/catalogue/catalogue.ts';
import { readCatalogue } from './domain/catalogue/readCatalogue.ts';
import type { Sources } from './domain/contract/subject.ts';
import { readJsonFile } from './jsonFile.ts';

export type CatalogueFile =
  | { readonly ok: true; readonly catalogue: Catalogue }
  | { readonly ok: false; readonly mistakes: readonly string[] };

/** The installation's catalogue; every mistake in the file at once. Without a file it is empty. */
export async function readCatalogueFile(path: string | null, sources: Sources): Promise<CatalogueFile> {
  if (path === null) return { ok: true, catalogue: EMPTY_CATALOGUE };
  const file = await readJsonFile(path);
  if (!file.ok) return file;
  const read = readCatalogue(file.content, sources);
  if (read.ok) return read;
  return {
    ok: false,
    mistakes: read.violations.map(
      ({ rule, path: at, message, allowed }) => `${at} ${message} (${rule}; allowed: ${allowed})`,
    ),
  };
}
