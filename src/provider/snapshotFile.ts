import { createHash } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';

/** What is kept of the last good state. `tag`: of exactly these documents. */
export type KeptSnapshot = { readonly text: string; readonly tag: string; readonly savedAtMs: number };

/** `absent`: there is none yet. `refused`: it is not what was written, or not for this Sluice. */
export type ReadFile =
  | ({ readonly kind: 'snapshot' } & KeptSnapshot)
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly fault: string };

/**
 * The last good snapshot on disk: a line that says what follows, with its SHA-256, and then the snapshot as it came. Whoever can write
 * the file can write the digest, too: it finds damage and careless hands, no attacker who owns the service's folder.
 */
export class SnapshotFile {
  readonly #path: string;
  readonly #url: string;

  /** `url`: the Sluice whose flags these are; those of another are refused. */
  constructor(path: string, url: string) {
    this.#path = path;
    this.#url = url;
  }

  /** Never throws. */
  async read(): Promise<ReadFile> {
    try {
      return this.#parse(await readFile(this.#path, 'utf8'));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'absent' };
      return refused(error instanceof Error ? error.message : String(error));
    }
  }

  /** Whole or not at all: written beside, brought to the disk, and then moved into its place. */
  async write({ text, tag, savedAtMs }: KeptSnapshot): Promise<void> {
    const about = { format: 1, url: this.#url, tag, savedAt: new Date(savedAtMs).toISOString() };
    const header = JSON.stringify({ ...about, digest: digestOf(about, text) });
    const beside = `${this.#path}.${process.pid}.new`;
    // What a killed write left has rights of its own, which `open` would keep.
    await rm(beside, { force: true });
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(`${header}\n${text}`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, this.#path);
  }

  #parse(content: string): ReadFile {
    const end = content.indexOf('\n');
    const { digest, ...about } = JSON.parse(content.slice(0, Math.max(end, 0)) || 'null') ?? {};
    const text = content.slice(end + 1);
    const { format, url, tag, savedAt } = about;
    if (format !== 1 || typeof tag !== 'string') return refused('it is no snapshot of this package');
    if (digest !== digestOf(about, text)) return refused('its digest is not that of what it holds');
    if (url !== this.#url) return refused(`it holds the flags of ${url}`);
    return { kind: 'snapshot', text, tag, savedAtMs: Date.parse(savedAt) };
  }
}

const refused = (fault: string): ReadFile => ({ kind: 'refused', fault });

const digestOf = (about: object, text: string) =>
  createHash('sha256')
    .update(`${JSON.stringify(about)}\n${text}`)
    .digest('hex');
