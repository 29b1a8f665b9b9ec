import type { Resolved } from '../../domain/feature/answers.ts';
import { sha256Hex } from '../../domain/ledger/digest.ts';

/** An answer as it is sent, and what stands for that text in the ETag of a bulk answer. */
export type AnswerText = { readonly text: string; readonly digest: string };

/** The text of answers: each is put into JSON once, and goes with the document that it follows from. */
export class AnswerTexts {
  readonly #known = new WeakMap<Resolved, AnswerText>();

  /** `key`: of the feature whose answer it is. */
  of(key: string, answer: Resolved): AnswerText {
    const known = this.#known.get(answer);
    if (known !== undefined) return known;
    const { value, reason, variant, metadata } = answer;
    const text = JSON.stringify({ key, value, reason, variant, metadata });
    const made = { text, digest: sha256Hex(text) };
    this.#known.set(answer, made);
    return made;
  }
}
