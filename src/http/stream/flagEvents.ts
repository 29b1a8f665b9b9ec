import type { Configuration } from '../../control/flags/configuration.ts';
import { ConfigurationScope } from '../../control/flags/configurationScope.ts';
import type { FlagChange } from '../../control/flags/recentChanges.ts';
import { eventText } from './eventText.ts';

/** The events of one scope: each is put into text once, for however many streams. */
export class FlagEvents {
  readonly scope: ConfigurationScope;
  readonly configuration: Configuration;
  readonly #byChange = new WeakMap<FlagChange, Buffer>();
  #refetch: { readonly position: number; readonly text: Buffer } | null = null;

  /** `features` null: every one. */
  constructor(configuration: Configuration, features: readonly string[] | null) {
    this.configuration = configuration;
    this.scope = new ConfigurationScope(configuration, features);
  }

  /** Something has changed: ask again. */
  refetch(): Buffer {
    const { position, changedAtMs } = this.configuration;
    if (this.#refetch?.position === position) return this.#refetch.text;
    const etag = this.scope.tag();
    const data = { type: 'refetchEvaluation', etag, lastModified: Math.floor(changedAtMs / 1000) };
    const text = eventText(JSON.stringify(data), etag);
    this.#refetch = { position, text };
    return text;
  }

  /** What has changed, whole. */
  flag(change: FlagChange): Buffer {
    const known = this.#byChange.get(change);
    if (known !== undefined) return known;
    const etag = this.scope.tagAt(change.position);
    const head = `"type":"flag","etag":"${etag}","feature":${JSON.stringify(change.feature)}`;
    const text = eventText(`{${head},"document":${change.text}}`, etag);
    this.#byChange.set(change, text);
    return text;
  }

  /** How old all this is. A view that was never refreshed is older than anybody may go by. */
  alive(): Buffer {
    const ageMilliseconds = Math.min(Math.ceil(this.configuration.ageMs), Number.MAX_SAFE_INTEGER);
    return eventText(JSON.stringify({ type: 'alive', ageMilliseconds, etag: this.scope.tag() }), null);
  }
}
