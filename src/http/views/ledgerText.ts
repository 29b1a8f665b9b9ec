import type { LedgerExport } from '../../control/application.ts';
import { trailEnd, trailRow, trailTitle } from '../../domain/ledger/auditTrail.ts';
import { canonicalJson } from '../../domain/ledger/canonicalJson.ts';
import type { Entry } from '../../domain/ledger/entry.ts';

/** The header, then one entry a line; a page of entries is one piece of text. */
export async function* jsonLinesOf({ header, pages }: LedgerExport): AsyncGenerator<string> {
  yield `${canonicalJson(header)}\n`;
  for await (const page of pages) yield page.map((entry) => `${lineOf(entry)}\n`).join('');
}

/** The audit trail to read. */
export async function* markdownOf({ header, pages }: LedgerExport): AsyncGenerator<string> {
  yield trailTitle(header);
  let last: Entry | null = null;
  for await (const page of pages) {
    let rows = '';
    for (const entry of page) {
      rows += rowOf(entry, last);
      last = entry;
    }
    yield rows;
  }
  yield trailEnd(header, last);
}

/** Text that canonical JSON refuses was never written by Sluice. It is told all the same: who verifies will name it. */
function lineOf(entry: Entry): string {
  try {
    return canonicalJson(entry);
  } catch {
    return JSON.stringify(entry);
  }
}

function rowOf(entry: Entry, last: Entry | null): string {
  try {
    return trailRow(entry, last);
  } catch {
    return `\n**After entry ${last?.seq ?? 0} comes one that can not be read: verify the chain.**\n`;
  }
}
