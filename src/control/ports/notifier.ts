import type { Notice } from './outbox.ts';

/** One way of telling people. */
export interface Notifier {
  readonly name: string;
  /** Whether it could tell at this moment, in words for people: no credential, no address that holds one. Never throws, ends within seconds. */
  reachable(): Promise<{ readonly ok: boolean; readonly detail: string }>;
  /** Tells it; throws where it could not. `id` is the same at every attempt, so that a receiver can drop repeats. */
  tell(notice: Notice, id: string): Promise<void>;
}
