import { createRequire } from 'node:module';

/** An answer of the SDK, as far as the shop reads it. */
export type FlagDetails = {
  readonly value: boolean;
  readonly errorCode?: string;
  readonly flagMetadata: Readonly<Record<string, string | number | boolean>>;
};

type Client = {
  getBooleanDetails(key: string, fallback: boolean, context: { targetingKey: string }): Promise<FlagDetails>;
};
type ServerSdk = {
  readonly OpenFeature: {
    setProviderAndWait(provider: object): Promise<void>;
    getClient(): Client;
    close(): Promise<void>;
  };
};
type ProviderPackage = {
  readonly OFREPProvider: new (options: {
    readonly baseUrl: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
  }) => object;
};

// Not `import`: the packages' declarations of type want a browser's globals and an older @types/node, and a check of
// libraries at its strictest refuses them. What is used of them is declared here instead.
const require = createRequire(import.meta.url);
const serverSdk: ServerSdk = require('@openfeature/server-sdk');
const providerPackage: ProviderPackage = require('@openfeature/ofrep-provider');

export const { OpenFeature } = serverSdk;
export const { OFREPProvider } = providerPackage;
