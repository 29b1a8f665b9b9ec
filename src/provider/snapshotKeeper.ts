import type { FaultLog } from './faultLog.ts';
import type { Mirror } from './mirror.ts';
import { readSnapshot } from './snapshot.ts';
import type { SnapshotFile } from './snapshotFile.ts';

/** A release changes often: the disk has it a moment later, and once. */
const SETTLE_MS = 250;

/** Keeps what the mirror holds on disk, and gives it back after a start without Sluice. */
export class SnapshotKeeper {
  readonly #file: SnapshotFile;
  readonly #mirror: Mirror;
  readonly #faults: FaultLog;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: SnapshotFile, mirror: Mirror, faults: FaultLog) {
    this.#file = file;
    this.#mirror = mirror;
    this.#faults = faults;
  }

  /** True where the mirror holds what was kept. */
  async restore(): Promise<boolean> {
    const read = await this.#file.read();
    if (read.kind === 'refused') this.#faults.say('the snapshot on disk is refused', read.fault);
    if (read.kind !== 'snapshot') return false;
    const snapshot = readSnapshot(JSON.parse(read.text));
    if (snapshot === null) return false;
    this.#mirror.restore(snapshot, read.tag);
    this.#faults.say('started without Sluice', `serving what was kept at ${new Date(read.savedAtMs).toISOString()}`);
    return true;
  }

  changed(): void {
    this.#timer ??= setTimeout(() => this.#write(), SETTLE_MS).unref();
  }

  /** What is not on disk yet is, once this resolves. */
  async flush(): Promise<void> {
    if (this.#timer !== undefined) this.#write();
    await this.#writing;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(async () => {
      const { tag } = this.#mirror;
      if (tag === null) return;
      try {
        await this.#file.write({ text: this.#mirror.text(), tag, savedAtMs: Date.now() });
        this.#faults.mended('keeping the snapshot on disk');
      } catch (error) {
        this.#faults.say('keeping the snapshot on disk', error);
      }
    });
  }
}
