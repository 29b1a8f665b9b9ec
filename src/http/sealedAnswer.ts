import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * What is kept of an answer, for nobody but who holds the token that asked for it. An answer may hold a new token, and those
 * are shown once and stored as hashes only: kept in the open, it would be a secret lying in the database for a day.
 */
export function seal(text: string, token: string, idempotencyKey: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, keyOf(token, idempotencyKey), iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** Null where it was sealed for another token, or is damaged. */
export function unseal(sealed: string, token: string, idempotencyKey: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  try {
    const decipher = createDecipheriv(ALGORITHM, keyOf(token, idempotencyKey), bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}

/** The token is the secret: 256 random bits, so one round of HMAC makes as good a key. */
const keyOf = (token: string, idempotencyKey: string) =>
  createHmac('sha256', token).update(`sluice: kept answer\n${idempotencyKey}`).digest();
