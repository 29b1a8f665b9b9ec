import { createHmac } from 'node:crypto';

/**
 * What stands for a token in the address of a stream, where no header can be sent: HMAC-SHA-256 of the token's stored hash, in
 * base64url. The same on every replica and after a restart; it leads back to neither token nor hash.
 */
export function streamKeyOf(tokenHash: string): string {
  return createHmac('sha256', tokenHash).update('sluice: stream key').digest('base64url');
}
