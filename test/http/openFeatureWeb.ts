import { createRequire } from 'node:module';

type Client = {
  getBooleanValue(key: string, fallback: boolean): boolean;
  addHandler(event: string, handler: () => void): void;
};
type WebSdk = {
  readonly OpenFeature: {
    setContext(context: object): Promise<void>;
    setProviderAndWait(provider: object): Promise<void>;
    getClient(): Client;
    close(): Promise<void>;
  };
  readonly ProviderEvents: { readonly ConfigurationChanged: string };
};
type ProviderPackage = {
  readonly OFREPWebProvider: new (options: {
    readonly baseUrl: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly pollInterval: number;
  }) => object;
};

// Not `import`, as in `openFeature.ts`: the packages' declarations want a browser's globals.
const require = createRequire(import.meta.url);
const webSdk: WebSdk = require('@openfeature/web-sdk');
const providerPackage: ProviderPackage = require('@openfeature/ofrep-web-provider');

export const { OpenFeature, ProviderEvents } = webSdk;
export const { OFREPWebProvider } = providerPackage;
