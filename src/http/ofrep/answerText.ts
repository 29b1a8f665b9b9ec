import type { Resolved } from '../../domain/feature/answers.ts';

/** The text of answers: each is put into JSON once, and goes with the document that it follows from. */
export class AnswerTexts {
  readonly #known = new WeakMap<Resolved, string>();

  /** `key`: of the feature whose answer it is. */
  of(key: string, answer: Resolved): string {
    const known = this.#known.get(answer);
    if (known !== undefined) return known;
    const { value, reason, variant, metadata } = answer;
    const text = JSON.stringify({ key, value, reason, variant, metadata });
    this.#known.set(answer, text);
    return text;
  }
}
