import { Client } from 'undici';
import { z } from 'zod';

const lookupAnswer = z.object({ value: z.boolean() });

/** Lookups of boolean flags at one Sluice over one connection that is kept. Disposal closes it. */
export class Lookups implements AsyncDisposable {
  readonly #client: Client;
  readonly #token: string;

  constructor(sluiceUrl: string, token: string) {
    this.#client = new Client(sluiceUrl);
    this.#token = token;
  }

  /** @throws Error where it is not answered, or with anything but a value */
  async isOn(feature: string, targetingKey: string, workspaceId?: string): Promise<boolean> {
    const { statusCode, body } = await this.#client.request({
      method: 'POST',
      path: `/ofrep/v1/evaluate/flags/${feature}`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` },
      body: JSON.stringify({ context: { targetingKey, workspaceId } }),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`a lookup of ${feature} was answered ${statusCode}: ${text}`);
    return lookupAnswer.parse(JSON.parse(text)).value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.destroy();
  }
}
