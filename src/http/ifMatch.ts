import type { FastifyRequest } from 'fastify';
import { Refusal } from '../control/refusal.ts';

/** The version that the caller has seen: 428 without `If-Match`, 412 for whatever is not one strong tag with a version. */
export function expectedVersion(request: FastifyRequest): number {
  const version = optionalVersion(request);
  if (version === null) {
    throw new Refusal('VERSION_REQUIRED', 'send If-Match with the version of the status that you acted on, as in "3"');
  }
  return version;
}

/** The same where acting on an unseen state does no harm: null without `If-Match`. */
export function optionalVersion(request: FastifyRequest): number | null {
  const tag = request.headers['if-match'];
  if (tag === undefined) return null;
  const digits = /^\s*"(\d{1,15})"\s*$/.exec(tag)?.[1];
  if (digits === undefined) {
    throw new Refusal('VERSION_STALE', 'If-Match is not one strong tag with a version, as in "3"');
  }
  return Number(digits);
}
