import { firstBreak } from '../../src/domain/ledger/chain.ts';
import { type Entry, INSTALLATION_CHAIN } from '../../src/domain/ledger/entry.ts';
import { rowsOf } from './rowsOf.ts';

/**
 * All entries of a feature, read from the database itself.
 *
 * @throws Error where its chain, or the installation's, does not verify from the beginning
 */
export async function wholeChain(databaseUrl: string, feature: string): Promise<readonly Entry[]> {
  const [entries, installation] = [await read(databaseUrl, feature), await read(databaseUrl, INSTALLATION_CHAIN)];
  const broken = firstBreak(entries) ?? firstBreak(installation);
  if (broken !== null) throw new Error(`the chain does not verify: ${broken}`);
  return entries;
}

async function read(databaseUrl: string, chain: string): Promise<readonly Entry[]> {
  const rows = await rowsOf<{ entry: Entry }>(databaseUrl, 'SELECT entry FROM entries WHERE chain = $1 ORDER BY seq', [
    chain,
  ]);
  return rows.map(({ entry }) => entry);
}
