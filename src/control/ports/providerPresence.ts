/**
 * Who is told that a provider reads the stream of flag changes under a name of its own: while it does, and until it takes leave or has
 * been gone for the rollback deadline, its word is waited for when a rollback is to be confirmed. Never throws, and waits for nothing.
 */
export interface ProviderPresence {
  arrived(provider: string): void;
  left(provider: string): void;
}
