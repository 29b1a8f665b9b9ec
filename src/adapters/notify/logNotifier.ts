import type { Log } from '../../control/ports/log.ts';
import type { Notifier } from '../../control/ports/notifier.ts';

/** Tells the log: the one place that is always there. */
export class LogNotifier implements Notifier {
  readonly name = 'log';
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  async reachable() {
    return { ok: true, detail: 'is always there' };
  }

  async tell(...[notice, id]: Parameters<Notifier['tell']>): Promise<void> {
    const { kind, feature, rolloutId } = notice;
    this.#log.info({ notice: id, kind, feature, rolloutId }, notice.text);
  }
}
