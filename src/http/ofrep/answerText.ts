import type { Evaluation } from '../../domain/feature/evaluation.ts';
import type { FlagDocument } from '../../domain/feature/flagDocument.ts';

type Resolved = Extract<Evaluation, { kind: 'resolved' }>;

/**
 * The text of answers. One document has a handful of them (value and metadata follow from it and from the variant, the reason
 * and the cohort), so each is put into JSON once; a document that is no longer served takes its texts with it.
 */
export class AnswerTexts {
  readonly #byDocument = new WeakMap<FlagDocument, (string | undefined)[]>();

  of(document: FlagDocument, evaluation: Resolved): string {
    const texts = this.#byDocument.get(document) ?? this.#begin(document);
    const place = placeOf(evaluation);
    const known = texts[place];
    if (known !== undefined) return known;
    const text = answerText(document.feature, evaluation);
    texts[place] = text;
    return text;
  }

  #begin(document: FlagDocument): (string | undefined)[] {
    const texts = new Array<string | undefined>(PLACES).fill(undefined);
    this.#byDocument.set(document, texts);
    return texts;
  }
}

const REASON_PLACES = { STATIC: 0, TARGETING_MATCH: 8, SPLIT: 16 } as const satisfies Record<
  Resolved['reason'],
  number
>;
const COHORT_PLACES = { treatment: 2, control: 4, rest: 6 } as const;
const PLACES = 24;

/** A number instead of a text to find it by: a text would have to be put together and hashed at every lookup. */
function placeOf({ variant, reason, cohort }: Resolved): number {
  const cohortPlace = cohort === null ? 0 : COHORT_PLACES[cohort];
  return REASON_PLACES[reason] + cohortPlace + (variant === 'on' ? 1 : 0);
}

function answerText(key: string, { value, reason, variant, metadata }: Resolved): string {
  return JSON.stringify({ key, value, reason, variant, metadata });
}
