import type { Notice } from './outbox.ts';

/** One way of telling people. */
export interface Notifier {
  readonly name: string;
  /** Tells it; throws where it could not. `id` is the same at every attempt, so that a receiver can drop repeats. */
  tell(notice: Notice, id: string): Promise<void>;
}
