import type { Logger } from '@openfeature/core';

/** How a provider reaches Sluice, and what it keeps. */
export type SluiceProviderOptions = {
  /** Of Sluice: `https://sluice.internal:8080`. */
  readonly url: string;
  /** Of the role `service`; one for some features sees these and their prerequisites. */
  readonly token: string;
  /** Where the last good snapshot is kept, for a start while Sluice is away. Unset: such a start has no flags. */
  readonly cacheFile?: string;
  /** The name of the service, as shown where a rollback waits for its word; by default the machine's. At most 100 of `[A-Za-z0-9._:-]`. */
  readonly name?: string;
  /** Variables `FEATURE_<KEY>_ENABLED`, of which `false` closes a feature here whatever Sluice says; by default the process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Of one request; 5,000 by default. */
  readonly timeoutMilliseconds?: number;
  /** A stream without a heartbeat for so long is given up; 15,000 by default: three of Sluice's periods. */
  readonly silenceMilliseconds?: number;
  /** Between two attempts while Sluice is away, at most; 10,000 by default. */
  readonly longestRetryMilliseconds?: number;
  /** Told of faults, and never of the token; by default warnings and errors go to the console. */
  readonly logger?: Logger;
};

/** Whatever the options leave out, filled in; the name of this one provider is unlike that of any other. */
export type ProviderSettings = {
  readonly url: string;
  readonly token: string;
  readonly client: string;
  readonly timeoutMs: number;
  readonly silenceMs: number;
  readonly longestRetryMs: number;
};

const NAME = /^[A-Za-z0-9._:-]{1,100}$/;
/** What a header can carry. `fetch` repeats a value that it refuses in its error: a token must not get that far. */
const TOKEN = /^[\x21-\x7e]+$/;
const LONGEST_MS = 2 ** 31 - 1;

/** Throws a `TypeError` that names all mistakes at once, and repeats no value: one of them may be the token. */
export function settingsOf(options: SluiceProviderOptions, machine: string, suffix: string): ProviderSettings {
  const { timeoutMilliseconds: timeoutMs = 5_000, silenceMilliseconds: silenceMs = 15_000 } = options;
  const { longestRetryMilliseconds: longestRetryMs = 10_000, name = nameOf(machine) } = options;
  const mistakes = [
    isAddress(options.url) ? null : 'url must be an http or https URL without user and password',
    TOKEN.test(options.token) ? null : 'token must be the text of a token, with nothing around it',
    NAME.test(name) ? null : 'name must be 1 to 100 of A-Z a-z 0-9 . _ : -',
    isDuration(timeoutMs) ? null : 'timeoutMilliseconds must be above 0',
    isDuration(silenceMs) ? null : 'silenceMilliseconds must be above 0',
    isDuration(longestRetryMs) ? null : 'longestRetryMilliseconds must be above 0',
  ].filter((mistake) => mistake !== null);
  if (mistakes.length > 0) throw new TypeError(mistakes.join('; '));
  const url = options.url.replace(/\/+$/, '');
  return { url, token: options.token, client: `${name}:${suffix}`, timeoutMs, silenceMs, longestRetryMs };
}

const nameOf = (machine: string) => machine.replaceAll(/[^A-Za-z0-9._:-]/g, '-').slice(0, 100) || 'provider';

const isDuration = (ms: number) => ms > 0 && ms <= LONGEST_MS;

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
