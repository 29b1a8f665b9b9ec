type Tamper = (ledger: string) => string;

/** Ways to tamper with an export of twelve entries, and the line that is wrong first. */
export const tampered: readonly (readonly [name: string, tamper: Tamper, line: number])[] = [
  ['a changed word', (ledger) => ledger.replace('"automatic":true', '"automatic":false'), 10],
  ['a word changed in every entry that has it', (ledger) => ledger.replaceAll('One-page checkout', 'Two pages'), 2],
  ['the first entry gone', lines((all) => all.toSpliced(1, 1)), 2],
  ['an entry gone', lines((all) => all.toSpliced(4, 1)), 5],
  ['the last entry gone', lines((all) => all.slice(0, -1)), 13],
  ['all entries gone', lines((all) => all.slice(0, 1)), 2],
  ['the end cut off in the middle of a line', (ledger) => ledger.slice(0, -500), 13],
  ['two entries that changed places', lines((all) => swapped(all, 5, 6)), 6],
  ['the first and the last entry changed', lines((all) => swapped(all, 1, 12)), 2],
  ['an entry told twice', lines((all) => all.toSpliced(4, 0, all[4] ?? '')), 6],
  ['the last entry told twice', lines((all) => [...all, all[12] ?? '']), 14],
  ['an old entry told again at the end', lines((all) => [...all, all[3] ?? '']), 14],
  ['an entry put in', lines((all) => all.toSpliced(7, 0, '{"type":"stageApproved"}')), 8],
  ['an empty line put in', lines((all) => all.toSpliced(7, 0, '')), 8],
  ['an empty line at the end', lines((all) => [...all, '']), 14],
  ['the header told twice', lines((all) => [all[0] ?? '', ...all]), 2],
  ['no header', lines((all) => all.slice(1)), 1],
  ['the header of another length', (ledger) => ledger.replace('"entries":12', '"entries":9'), 1],
  ['a forged hash', lines((all) => all.with(6, (all[6] ?? '').replace(/"hash":"....../, '"hash":"000000'))), 7],
  ['a forged link', lines((all) => all.with(6, (all[6] ?? '').replace(/"prevHash":"....../, '"prevHash":"000000'))), 7],
  ['a member more', (ledger) => ledger.replace('"seq":8,', '"seq":8,"silent":true,'), 9],
  ['a member less', (ledger) => ledger.replace(/"late":false,(.*"seq":8,)/, '$1'), 9],
  ['the hash moved to the front', lines((all) => all.with(3, hashFirst(all[3] ?? ''))), 4],
  ['a date moved', lines((all) => all.with(9, (all[9] ?? '').replaceAll('2026-11-20T', '2026-11-19T'))), 10],
];

function lines(change: (all: readonly string[]) => readonly string[]): Tamper {
  return (ledger) =>
    change(ledger.slice(0, -1).split('\n'))
      .map((line) => `${line}\n`)
      .join('');
}

function swapped(all: readonly string[], one: number, other: number): readonly string[] {
  return all.with(one, all[other] ?? '').with(other, all[one] ?? '');
}

function hashFirst(line: string): string {
  const [member = ''] = /"hash":"[0-9a-f]{64}",/.exec(line) ?? [];
  return `{${member}${line.replace(member, '').slice(1)}`;
}
