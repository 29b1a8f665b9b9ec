import type { Log } from '../../control/ports/log.ts';
import type { Notifier } from '../../control/ports/notifier.ts';

const LEVELS = { news: 'info', incident: 'warn', page: 'error' } as const;

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
    const { kind, urgency, feature, rolloutId } = notice;
    this.#log[LEVELS[urgency]]({ notice: id, kind, urgency, feature, rolloutId }, notice.text);
  }
}
