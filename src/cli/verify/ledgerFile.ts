import { ChainVerifier } from '../../domain/audit/chainVerifier.ts';
import { isMembers, Malformed } from '../../domain/audit/read.ts';
import type { AuditReport, AuditVerdict, CheckId } from '../../domain/audit/report.ts';
import { canonicalLine, type ReadLine } from './canonicalLine.ts';
import { type FileHeader, fileHeader } from './fileHeader.ts';
import { LineReader } from './lineReader.ts';

/** What is wrong with one line. `check` FILE: with the file as such, else with the law of that id. */
export type Wrong = {
  readonly line: number;
  /** The number that the entry of this line has, or should have; null for the header. */
  readonly entry: number | null;
  readonly check: CheckId | 'FILE';
  readonly message: string;
};

export type FileReport = {
  readonly verdict: AuditVerdict;
  readonly first: Wrong | null;
  /** null where the first line is none. */
  readonly header: FileHeader | null;
  /** The laws, over the entries as far as they could be read. */
  readonly audit: AuditReport;
};

export type LedgerFileOptions = {
  /** A hash that somebody noted elsewhere: some entry must have it. */
  readonly notedHash?: string | undefined;
  readonly longestLineBytes?: number;
};

/**
 * An exported ledger, taken in as it is read. Every line is canonical JSON, the first is a header that the others bear out, and the
 * others are entries that keep the laws. Nothing of it is kept but what the laws need to go on.
 */
export class LedgerFile {
  readonly #reader: LineReader;
  readonly #notedHash: string | undefined;
  #notedSeen = false;
  #header: FileHeader | null = null;
  #verifier = new ChainVerifier({});
  #entries = 0;
  /** Of the last entry: an export has the same verdict today and in a year. */
  #recordedAtMs = 0;
  #wrong: Wrong | null = null;

  constructor({ notedHash, longestLineBytes }: LedgerFileOptions = {}) {
    this.#reader = new LineReader(longestLineBytes);
    this.#notedHash = notedHash;
  }

  /** False once a line is no line of a ledger: nothing after it proves anything. */
  push(chunk: Uint8Array): boolean {
    for (const line of this.#reader.push(chunk)) {
      this.#take('text' in line ? canonicalLine(line.text) : line);
      if (this.#wrong !== null) return false;
    }
    return true;
  }

  /** The end of the file, or of what was worth reading. */
  end(): FileReport {
    const fault = this.#reader.end() ?? (this.#header === null ? 'is not there: the file is empty' : null);
    if (this.#wrong === null && fault !== null) this.#take({ fault });
    const audit = this.#verifier.report(this.#recordedAtMs);
    if (this.#header !== null) this.#wrong ??= this.#missing(this.#header, audit);
    const first = firstOf(this.#wrong, audit);
    const verdict = this.#wrong === null ? audit.verdict : 'FAIL';
    return { verdict, first, header: this.#header, audit };
  }

  #take(line: ReadLine): void {
    if (this.#header === null) this.#takeHeader(line);
    else this.#takeEntry(line, this.#header);
  }

  #takeHeader(line: ReadLine): void {
    try {
      if ('fault' in line) throw new Malformed(line.fault);
      this.#header = fileHeader(line.value);
      this.#verifier = new ChainVerifier({ chain: this.#header.chain });
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.#verifier.take(null);
      this.#wrong = { line: 1, entry: null, check: 'FILE', message: error.message };
    }
  }

  #takeEntry(line: ReadLine, header: FileHeader): void {
    this.#entries += 1;
    const fault = 'fault' in line ? line.fault : this.#against(header, line.value);
    // Nothing: then the laws, too, go no further than here.
    this.#verifier.take('fault' in line ? null : line.value);
    if (fault !== null) this.#wrong = wrongEntry(this.#entries, fault);
  }

  #against({ entries, environment }: FileHeader, entry: unknown): string | null {
    const said = isMembers(entry) ? entry : {};
    this.#recordedAtMs = Date.parse(String(said['recordedAt'])) || 0;
    this.#notedSeen ||= said['hash'] === this.#notedHash;
    if (this.#entries > entries) return `comes after the ${entries} that the header promises`;
    return said['environment'] === environment ? null : 'is not of the environment that the header names';
  }

  #missing({ entries, headHash }: FileHeader, audit: AuditReport): Wrong | null {
    if (this.#entries < entries) return wrongEntry(this.#entries + 1, `is not there: the header promises ${entries}`);
    const isWhole = audit.head.seq === entries;
    if (isWhole && audit.head.hash !== headHash)
      return wrongEntry(entries, 'does not have the hash that the header promises');
    if (this.#notedHash === undefined || this.#notedSeen) return null;
    return wrongEntry(entries, `is the last, and none has the hash ${this.#notedHash} that was noted`);
  }
}

const wrongEntry = (entry: number, message: string): Wrong => ({ line: entry + 1, entry, check: 'FILE', message });

/** What is wrong first: of the file, or with a law. A check tells of its first failure first. */
function firstOf(wrong: Wrong | null, { checks }: AuditReport): Wrong | null {
  const failed = checks.filter(({ verdict }) => verdict === 'FAIL').flatMap(({ findings }) => findings.slice(0, 1));
  const broken = failed.map(({ check, seq, message }) => ({ line: seq + 1, entry: seq, check, message }));
  // A stable order: where both speak of one line, the file comes first.
  return [...(wrong === null ? [] : [wrong]), ...broken].sort((one, other) => one.line - other.line)[0] ?? null;
}
