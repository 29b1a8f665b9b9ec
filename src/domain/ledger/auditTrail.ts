import type { Contract } from '../contract/contract.ts';
import { describeCounted } from '../rollout/limit.ts';
import { canonicalJson } from './canonicalJson.ts';
import type { Entry } from './entry.ts';
import type { ExportHeader } from './exportHeader.ts';
import { markdownText } from './markdownText.ts';

const COLUMNS = ['entry', 'at', 'what', 'who', 'exposure', 'why', 'on what numbers', 'hash'];

/** The beginning of a chain's audit trail in Markdown: which chain, and where it ends. */
export function trailTitle({ chain, environment, entries, headHash }: ExportHeader): string {
  return [
    `# The ledger of ${markdownText(chain)}`,
    '',
    `Environment ${markdownText(environment)}, ${entries} entries, the last with the hash \`${headHash}\`. For people to read; what can be`,
    'checked by `sluice verify` is the export of the same chain as JSON Lines.',
    '',
  ].join('\n');
}

/** The row of an entry, with a heading and a table of its own where it speaks of something else than the entry before it. */
export function trailRow(entry: Entry, before: Entry | null): string {
  const row = rowOf(entry);
  if (before !== null && subjectOf(before) === subjectOf(entry)) return row;
  const head = `| ${COLUMNS.join(' | ')} |\n|${' --- |'.repeat(COLUMNS.length)}`;
  return `\n## ${markdownText(subjectOf(entry))}\n\n${head}\n${row}`;
}

/** The end: it says so where the trail is not what the head of the chain promised. */
export function trailEnd({ entries, headHash }: ExportHeader, last: Entry | null): string {
  if ((last?.seq ?? 0) === entries && (last === null || last.hash === headHash)) return '\nThe end.\n';
  return `\n**This is not the whole chain: it should end with entry ${entries} and the hash \`${headHash}\`.**\n`;
}

function subjectOf({ rollout, contract, feature }: Entry): string {
  if (rollout !== null) return `Rollout ${rollout}`;
  if (contract !== null) return `Contract ${contract}`;
  return feature === null ? 'The installation' : 'The feature itself';
}

function rowOf(entry: Entry): string {
  const cells = [`${entry.seq}`, timeOf(entry), whatOf(entry), whoOf(entry), exposureOf(entry), whyOf(entry)];
  return `| ${[...cells, numbersOf(entry), entry.hash].map(markdownText).join(' | ')} |\n`;
}

const timeOf = ({ at, recordedAt, late }: Entry) => (late ? `${at}, recorded late: ${recordedAt}` : at);

const whoOf = ({ actor }: Entry) => (actor.kind === 'sluice' ? 'Sluice' : actor.subject);

function whatOf({ type, code, dryRun, stage, visit }: Entry): string {
  const where = stage === null ? [] : [`stage ${stage}, visit ${visit}`];
  return [[type, code].filter((word) => word !== null).join(' '), ...where, ...(dryRun ? ['dry run'] : [])].join(', ');
}

function exposureOf({ percentageBefore: from, percentageAfter: to }: Entry): string {
  if (to === null) return '';
  return from === null || from === to ? `${to} %` : `${from} % → ${to} %`;
}

function whyOf({ reason, comment, data }: Entry): string {
  const words = comment === null ? [] : [`“${comment}”`];
  const told = Object.entries(data).flatMap(([name, value]) => memberText(name, value));
  return [...(reason === null ? [] : [reason]), ...words, ...told].join('; ');
}

function numbersOf({ evidence }: Entry): string {
  const poll = evidence?.poll ?? null;
  if (poll === null) return '';
  return poll.verdicts.map((verdict) => `${verdict.outcome}: ${describeCounted(poll, verdict)}`).join('; ');
}

/** Too large for a table; the percentages tell of exposure, the JSON Lines have all of it. */
const LEFT_OUT = ['base', 'exposure', 'policy'];

function memberText(name: string, value: unknown): readonly string[] {
  if (value === null || LEFT_OUT.includes(name) || (Array.isArray(value) && value.length === 0)) return [];
  if (name === 'contract') return [contractText(value as Contract)];
  if (typeof value === 'number' && /(At|Until)Ms$/.test(name)) {
    return [`${name.slice(0, -'Ms'.length)} ${new Date(value).toISOString()}`];
  }
  return [`${name} ${typeof value === 'object' ? canonicalJson(value) : value}`];
}

const contractText = ({ title, issueIds }: Contract) => `“${title}”, for ${issueIds.join(', ')}`;
