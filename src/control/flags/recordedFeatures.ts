import type { FeatureMark, FeatureRecord, FeatureRegister } from '../ports/featureRegister.ts';

const PAGE = 1000;

type Kept = { readonly mark: string; readonly record: FeatureRecord };

/**
 * All features as the ledger has them, looked through every few seconds: only what has changed since is read again, since ten thousand
 * records take half a second of processor time to come out of the database, and their marks a fraction of that. All are kept in memory.
 */
export class RecordedFeatures {
  readonly #features: FeatureRegister;
  readonly #kept = new Map<string, Kept>();

  constructor(features: FeatureRegister) {
    this.#features = features;
  }

  /** By key, archived ones too. The very same record each time until it changes. Throws `LedgerUnreachable`. */
  async *all(): AsyncGenerator<FeatureRecord> {
    let after: string | null = null;
    for (;;) {
      const marks: readonly FeatureMark[] = await this.#features.marks({ after, limit: PAGE });
      yield* await this.#recordsOf(marks);
      const last = marks.at(-1);
      if (last === undefined || marks.length < PAGE) return;
      after = last.key;
    }
  }

  /** What another look through has read meanwhile is not mixed in: of one look, no record is older than its mark. */
  async #recordsOf(marks: readonly FeatureMark[]): Promise<readonly FeatureRecord[]> {
    const changed = marks.filter(({ key, mark }) => this.#kept.get(key)?.mark !== mark).map(({ key }) => key);
    const same = marks.flatMap(({ key, mark }) => this.#keptAt(key, mark));
    if (changed.length === 0) return same;
    const read = await this.#features.some(changed);
    const byKey = new Map([...same, ...read].map((record) => [record.definition.key, record]));
    return marks.flatMap(({ key, mark }) => this.#keep(mark, byKey.get(key)));
  }

  #keptAt(key: string, mark: string): readonly FeatureRecord[] {
    const kept = this.#kept.get(key);
    return kept?.mark === mark ? [kept.record] : [];
  }

  #keep(mark: string, record: FeatureRecord | undefined): readonly FeatureRecord[] {
    if (record === undefined) return [];
    this.#kept.set(record.definition.key, { mark, record });
    return [record];
  }
}
