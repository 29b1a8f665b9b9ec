/** An outside address, taken apart so that its credentials travel in a header and appear nowhere else. */
export class Endpoint {
  readonly origin: string;
  readonly isSecure: boolean;
  readonly #path: string;
  readonly #search: string;
  /** Private in the language's own sense: neither JSON nor a log's inspection shows it. */
  readonly #authorization: string | null;

  /** @throws Error that does not hold the address, where that is no http or https URL. */
  constructor(address: string) {
    const url = URL.parse(address);
    // The error of `new URL` carries its input, password and all.
    if (url === null || !/^https?:$/.test(url.protocol)) throw new Error('the address is no http or https URL');
    this.origin = url.origin;
    this.isSecure = url.protocol === 'https:';
    this.#path = url.pathname;
    this.#search = url.search;
    this.#authorization = url.username === '' && url.password === '' ? null : basicAuthorization(url);
  }

  pathTo(suffix: string): string {
    // An address that is asked as it is keeps its last slash: without it, it may be another.
    const path = suffix === '' ? this.#path : `${this.#path.replace(/\/+$/, '')}${suffix}`;
    return `${path}${this.#search}`;
  }

  headers(): Readonly<Record<string, string>> {
    return this.#authorization === null ? {} : { authorization: this.#authorization };
  }
}

function basicAuthorization(url: URL): string {
  const [user, password] = [url.username, url.password].map(percentDecoded);
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

/** A stray `%` in a password is taken as it is: `decodeURIComponent` would throw. */
function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (encoded) => Buffer.from(encoded.replaceAll('%', ''), 'hex').toString());
}
