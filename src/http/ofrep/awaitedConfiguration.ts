import type { FastifyRequest } from 'fastify';
import type { Configuration } from '../../control/flags/configuration.ts';
import { ConfigurationScope } from '../../control/flags/configurationScope.ts';
import { readTag } from '../../domain/feature/configurationTag.ts';
import { callerOf } from '../auth.ts';

const PATIENCE_MS = 1000;
/** Beyond so many that wait, the rest are answered from what is here. */
const MOST_WAITING = 1000;

type Waiting = { readonly tag: string; readonly scope: ConfigurationScope; readonly go: () => void };

/**
 * Clients that were told of a change by another replica, and ask here before it has come: they wait for it, in memory, for a second at
 * most. Then they are answered from what is here; they are told to ask once more later (`ChangeNotices`). Nothing waits for a store.
 */
export class AwaitedConfiguration {
  readonly #configuration: Configuration;
  readonly #waiting = new Set<Waiting>();
  /** Watched only while somebody waits. */
  #unwatch: (() => void) | null = null;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  /** Null where nothing is to be waited for: no tag was sent, or what it stands for is here, or was and has changed since. */
  wait(request: FastifyRequest): Promise<void> | null {
    const tag = tagIn(request.query);
    if (tag === null || this.#waiting.size >= MOST_WAITING) return null;
    const scope = new ConfigurationScope(this.#configuration, callerOf(request).features);
    return scope.find(tag) === null ? this.#until(tag, scope) : null;
  }

  /** Nobody waits any more. */
  stop(): void {
    for (const { go } of this.#waiting) go();
  }

  #until(tag: string, scope: ConfigurationScope): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(patience);
        this.#waiting.delete(waiting);
        if (this.#waiting.size === 0) this.#rest();
        resolve();
      };
      const waiting = { tag, scope, go };
      const patience = setTimeout(go, PATIENCE_MS);
      this.#waiting.add(waiting);
      this.#unwatch ??= this.#configuration.watch(() => this.#lookAgain());
    });
  }

  #rest(): void {
    this.#unwatch?.();
    this.#unwatch = null;
  }

  /** Looks after each change, so what is waited for can't have come and gone. */
  #lookAgain(): void {
    for (const { tag, scope, go } of this.#waiting) if (scope.tag() === tag) go();
  }
}

function tagIn(query: unknown): string | null {
  if (typeof query !== 'object' || query === null || !Object.hasOwn(query, 'flagConfigEtag')) return null;
  const sent: unknown = Reflect.get(query, 'flagConfigEtag');
  return typeof sent === 'string' ? readTag(sent) : null;
}
