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
  getStringDetails(key: string, fallback: string, context: object): Promise<Details<string>>;
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

/** In a browser everything is evaluated beforehand: nothing waits. */
type WebClient = {
  getBooleanDetails(key: string, fallback: boolean): Details<boolean>;
  getStringDetails(key: string, fallback: string): Details<string>;
  getNumberDetails(key: string, fallback: number): Details<number>;
  getObjectDetails(key: string, fallback: object): Details<object>;
  readonly providerStatus: string;
  addHandler(event: string, handler: (details?: { readonly flagsChanged?: readonly string[] }) => void): void;
};
type WebSdk = {
  readonly OpenFeature: {
    setProviderAndWait(provider: object, context: object): Promise<void>;
    setContext(context: object): Promise<void>;
    getClient(): WebClient;
    close(): Promise<void>;
  };
  readonly ProviderEvents: Readonly<Record<'ConfigurationChanged' | 'Stale' | 'Error', string>>;
};

type Options = { readonly baseUrl: string; readonly headers: object };
type ProviderPackage = { readonly OFREPProvider: new (options: Options) => object };
type WebOptions = {
  readonly baseUrl: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly pollInterval?: number;
  readonly cacheMode?: 'disabled';
};
type WebProviderPackage = { readonly OFREPWebProvider: new (options: WebOptions) => object };

// Not `import`: the packages' declarations want a browser's globals, which a check of libraries at its strictest refuses.
const require = createRequire(import.meta.url);
const serverSdk: ServerSdk = require('@openfeature/server-sdk');
const providerPackage: ProviderPackage = require('@openfeature/ofrep-provider');
const webSdk: WebSdk = require('@openfeature/web-sdk');
const webProviderPackage: WebProviderPackage = require('@openfeature/ofrep-web-provider');

export const { OpenFeature } = serverSdk;
export const { OFREPProvider } = providerPackage;
export const { OpenFeature: WebOpenFeature, ProviderEvents } = webSdk;
export const { OFREPWebProvider } = webProviderPackage;
