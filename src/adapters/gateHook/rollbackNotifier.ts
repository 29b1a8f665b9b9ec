import type { Notifier } from '../../control/ports/notifier.ts';
import type { Notice } from '../../control/ports/outbox.ts';
import { gateEventJson } from './gateEvent.ts';
import type { SignedPost } from './signedPost.ts';

/** The hook `onRollback`: informs after the fact. Whether and when to try again is the outbox's concern; no closing waits for it. */
export class RollbackNotifier implements Notifier {
  readonly name = 'onRollback';
  readonly #post: SignedPost;
  readonly #options: { readonly environment: string; readonly timeoutMs: number };

  constructor(post: SignedPost, options: { readonly environment: string; readonly timeoutMs: number }) {
    this.#post = post;
    this.#options = options;
  }

  /** Any answer will do: what takes a `POST` may refuse a `GET`, and a question must not look like a rollback. */
  reachable(): Promise<{ readonly ok: boolean; readonly detail: string }> {
    return this.#post.reachable(this.#options.timeoutMs);
  }

  async tell(notice: Notice, id: string): Promise<void> {
    if (notice.kind !== 'rolledBack') return;
    const { environment, timeoutMs } = this.#options;
    const { feature, rolloutId, atMs, change } = notice;
    const body = gateEventJson({ hook: 'onRollback', feature, rolloutId, atMs, environment, ...change });
    const outcome = await this.#post.send(`msg_${rolloutId}_${id}_onRollback`, body, timeoutMs);
    if (outcome.kind !== 'agreed') throw new Error(`onRollback ${outcome.fault}`);
  }
}
