import type { EvaluationContext } from '../domain/feature/context.ts';
import { type Evaluation, evaluate, flagNotFound } from '../domain/feature/evaluation.ts';
import type { FlagDocument } from '../domain/feature/flagDocument.ts';
import { isLowering } from '../domain/feature/lowering.ts';
import { sameJson } from '../domain/feature/sameJson.ts';
import type { Lookup } from '../domain/feature/subject.ts';

export type FlagDocumentsOptions = {
  readonly isHardKilled: (feature: string) => boolean;
  readonly isStale: () => boolean;
};

/** What every lookup is answered from, by the very same functions as in Sluice. In memory: nothing here waits or fails. */
export class FlagDocuments {
  readonly #documents = new Map<string, FlagDocument>();
  readonly #hardKilled = new Set<string>();
  readonly #isHardKilled: (feature: string) => boolean;
  readonly #lookup: Lookup;

  constructor({ isHardKilled, isStale }: FlagDocumentsOptions) {
    this.#isHardKilled = isHardKilled;
    this.#lookup = {
      document: (feature) => this.#documents.get(feature),
      hardKilled: (feature) => this.#hardKilled.has(feature),
      isStale,
    };
  }

  evaluate(feature: string, context: EvaluationContext): Evaluation {
    const document = this.#documents.get(feature);
    return document === undefined ? flagNotFound(feature) : evaluate(document, context, this.#lookup);
  }

  all(): readonly FlagDocument[] {
    return [...this.#documents.values()];
  }

  /** Of the features that are held; the others are left out. */
  versionsOf(features: Iterable<string>): Readonly<Record<string, number>> {
    const versions = Array.from(features, (feature) => [feature, this.#documents.get(feature)?.version] as const);
    return Object.fromEntries(versions.filter((pair): pair is readonly [string, number] => pair[1] !== undefined));
  }

  /** What is told of one feature, null once it is archived. The features of which lookups meet something else now. */
  take(feature: string, told: FlagDocument | null): readonly string[] {
    const known = this.#documents.get(feature);
    if (told === null) return this.#documents.delete(feature) ? [feature] : [];
    const next = known === undefined ? told : standing(known, told);
    if (known !== undefined && sameJson(known, next)) return [];
    this.#documents.set(feature, next);
    if (this.#isHardKilled(feature)) this.#hardKilled.add(feature);
    return [feature];
  }

  /** All that there are: what is neither among them nor among the `unreadable` is gone. */
  takeAll(told: readonly FlagDocument[], unreadable: readonly string[]): readonly string[] {
    const features = new Set([...told.map(({ feature }) => feature), ...unreadable]);
    const gone = [...this.#documents.keys()].filter((feature) => !features.has(feature));
    return [
      ...gone.flatMap((feature) => this.take(feature, null)),
      ...told.flatMap((document) => this.take(document.feature, document)),
    ];
  }
}

/**
 * Whichever replica is asked next may lag behind the last one. So versions never go back, but a lower exposure is taken whatever its
 * version: closing needs nothing. It keeps the version that is known, and the next word of that version mends it. At one version the last
 * word stands, higher or lower: there the published document is one and the same everywhere, and what differs (a field changed by hand, a
 * switch in a server's environment) is lifted without a new version; refused, it would be closed here for ever, and open everywhere else.
 */
function standing(known: FlagDocument, told: FlagDocument): FlagDocument {
  if (told.version >= known.version) return told;
  return isLowering(told, known) ? { ...told, version: known.version } : known;
}
