import { EventEmitter } from 'node:events';
import { GenericEventEmitter, type ServerProviderEvents } from '@openfeature/core';

/** Where the SDK listens. The server SDK's own emitter is this very class, but its declarations of types pass no strict check. */
export class ProviderEvents extends GenericEventEmitter<ServerProviderEvents> {
  protected override readonly eventEmitter = new EventEmitter();
}
