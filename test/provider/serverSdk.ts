import { createRequire } from 'node:module';
import type {
  BaseHook,
  CommonProvider,
  EvaluationDetails,
  EventHandler,
  JsonValue,
  ServerProviderEvents,
  ServerProviderStatus,
} from '@openfeature/core';

type Context = Readonly<Record<string, unknown>>;

type Client = {
  readonly providerStatus: ServerProviderStatus;
  addHandler(event: ServerProviderEvents, handler: EventHandler): void;
  getBooleanDetails(key: string, fallback: boolean, context?: Context): Promise<EvaluationDetails<boolean>>;
  getBooleanValue(key: string, fallback: boolean, context?: Context): Promise<boolean>;
  getStringDetails(key: string, fallback: string, context?: Context): Promise<EvaluationDetails<string>>;
  getNumberDetails(key: string, fallback: number, context?: Context): Promise<EvaluationDetails<number>>;
  getObjectDetails(key: string, fallback: JsonValue, context?: Context): Promise<EvaluationDetails<JsonValue>>;
};

type ServerSdk = {
  readonly OpenFeature: {
    setProviderAndWait(domain: string, provider: CommonProvider<ServerProviderStatus>): Promise<void>;
    getClient(domain: string): Client;
    addHooks(...hooks: BaseHook[]): void;
    clearHooks(): void;
    clearProviders(): Promise<void>;
  };
};

// Not `import`: the package's declarations of type don't pass a check of libraries at its strictest.
const serverSdk: ServerSdk = createRequire(import.meta.url)('@openfeature/server-sdk');

export const { OpenFeature } = serverSdk;
