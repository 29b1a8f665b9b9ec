import type { Evaluation } from '../../domain/feature/evaluation.ts';
import type { FlagDocument } from '../../domain/feature/flagDocument.ts';

export type Resolved = Extract<Evaluation, { kind: 'resolved' }>;

/**
 * The text of answers. One document has a handful of them (value and metadata follow from it and from the variant, the reason
 * and the cohort), so each is put into JSON once; a document that is no longer served takes its texts with it.
 */
export class AnswerTexts {
  readonly #byDocument = new WeakMap<FlagDocument, Map<string, string>>();

  of(document: FlagDocument, evaluation: Resolved): string {
    const texts = this.#byDocument.get(document) ?? this.#begin(document);
    const which = `${evaluation.variant} ${evaluation.reason} ${evaluation.cohort}`;
    const known = texts.get(which);
    if (known !== undefined) return known;
    const text = answerText(document.feature, evaluation);
    texts.set(which, text);
    return text;
  }

  #begin(document: FlagDocument): Map<string, string> {
    const texts = new Map<string, string>();
    this.#byDocument.set(document, texts);
    return texts;
  }
}

export function answerText(key: string, { value, reason, variant, metadata }: Resolved): string {
  return JSON.stringify({ key, value, reason, variant, metadata });
}
