import { createHmac } from 'node:crypto';

export type WebhookMessage = {
  /** The same however often it is sent. Holds no full stop, by which the signed parts are kept apart. */
  readonly id: string;
  /** Of this attempt, not of what it tells. */
  readonly atMs: number;
  readonly body: string;
};

/** The headers by which a receiver knows who has sent it, when, and whether it had it before: Standard Webhooks 1.0.0, symmetric. */
export function webhookHeaders(key: Uint8Array, { id, atMs, body }: WebhookMessage): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(atMs / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
