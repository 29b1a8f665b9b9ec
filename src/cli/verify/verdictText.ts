import type { CheckReport } from '../../domain/audit/report.ts';
import type { FileReport, Wrong } from './ledgerFile.ts';

/** A file's report for people: what it is, each law, the verdict, and what is wrong first. */
export function verdictText(file: string, { verdict, first, header, audit }: FileReport): string {
  const whose = header === null ? 'no ledger' : `the ledger of ${header.chain} (${header.environment})`;
  const lines = [
    `${file}: ${whose}`,
    `  ${audit.head.seq} entries follow one from another, the last with the hash`,
    `  ${audit.head.hash}`,
    '',
    ...audit.checks.map(lawText),
    '',
    first === null ? verdict : `${verdict}: ${wrongText(first)}`,
  ];
  return lines.map((line) => `${shown(line)}\n`).join('');
}

function lawText({ check, verdict, examined, found, findings }: CheckReport): string {
  const [finding] = findings;
  const others = found > 1 ? `, and ${found - 1} more` : '';
  const told = finding === undefined ? '' : `: entry ${finding.seq}: ${finding.message}${others}`;
  return `  ${verdict.padEnd(12)}  ${check.padEnd(16)}  ${examined} examined${told}`;
}

function wrongText({ line, entry, check, message }: Wrong): string {
  const where = entry === null ? `line ${line}, the header,` : `entry ${entry} (line ${line})`;
  return `${where} ${message}${check === 'FILE' ? '' : ` [${check}]`}`;
}

/** A ledger may say anything, and a terminal would obey it. */
const shown = (text: string) => text.replace(/[\p{Cc}\p{Cf}]/gu, '?');
