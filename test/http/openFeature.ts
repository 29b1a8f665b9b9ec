import { createRequire } from 'node:module';

type Details<T> = {
  readonly value: T;
  readonly variant?: string;
  readonly reason?: string;
  readonly errorCode?: string;
  readonly flagMetadata: Readonly<Record<string, string | number | boolean>>;
};

type Client = {
  getBooleanDetails(key: string, fallback: boolean, context: object): Promise<Details<boolean>>;
  getBooleanValue(key: string, fallback: boolean, context: object): Promise<boolean>;
  getStringValue(key: string, fallback: string, context: object): Promise<string>;
  getNumberValue(key: string, fallback: number, context: object): Promise<number>;
  getObjectValue(key: string, fallback: object, context: object): Promise<object>;
};
type ServerSdk = {
  readonly OpenFeature: {
    setProviderAndWait(provider: object): Promise<void>;
    getClient(): Client;
    close(): Promise<void>;
  };
};
type ProviderPackage = {
  readonly OFREPProvider: new (options: { readonly baseUrl: string; readonly headers: object }) => object;
};

// Not `import`: the packages' declarations want a browser's globals, which a check of libraries at its strictest refuses.
const require = createRequire(import.meta.url);
const serverSdk: ServerSdk = require('@openfeature/server-sdk');
const providerPackage: ProviderPackage = require('@openfeature/ofrep-provider');

export const { OpenFeature } = serverSdk;
export const { OFREPProvider } = providerPackage;
