import type { FastifyReply, FastifyRequest } from 'fastify';
import { REFUSALS, type RefusalCode } from '../../control/refusal.ts';
import { logFault } from '../answerProblem.ts';
import { refusalOf } from '../refusalOf.ts';

export type ErrorCode = 'PARSE_ERROR' | 'TARGETING_KEY_MISSING' | 'INVALID_CONTEXT' | 'FLAG_NOT_FOUND' | 'GENERAL';

/** A lookup that has no answer, in the words of OFREP. */
export class LookupFailed extends Error {
  override readonly name = 'LookupFailed';
  readonly errorCode: ErrorCode;

  constructor(errorCode: ErrorCode, errorDetails: string) {
    super(errorDetails);
    this.errorCode = errorCode;
  }
}

/** OFREP knows 400 for whatever can't be read: its clients understand no other status for that. */
const IN_OFREP: Readonly<Partial<Record<RefusalCode, ErrorCode>>> = {
  MALFORMED_JSON: 'PARSE_ERROR',
  BODY_TOO_LARGE: 'PARSE_ERROR',
  UNSUPPORTED_MEDIA_TYPE: 'PARSE_ERROR',
  MALFORMED_URL: 'FLAG_NOT_FOUND',
  SCHEMA: 'FLAG_NOT_FOUND',
  NOT_FOUND: 'FLAG_NOT_FOUND',
};

const JSON_TYPE = 'application/json; charset=utf-8';
const FLAGS = '/ofrep/v1/evaluate/flags/';

/** Answers an error with OFREP's body. The key is told where the path names one. */
export function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const key = keyIn(request.url);
  const { status, errorCode, errorDetails } = failureOf(error, request, key);
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="sluice"');
  if (status === 405) reply.header('allow', 'POST');
  const body = { ...(key === null ? {} : { key }), errorCode, errorDetails };
  reply.code(status).header('content-type', JSON_TYPE).send(JSON.stringify(body));
}

function failureOf(error: unknown, request: FastifyRequest, key: string | null) {
  if (error instanceof LookupFailed) {
    return { status: statusOf(error.errorCode), errorCode: error.errorCode, errorDetails: error.message };
  }
  const refusal = refusalOf(error);
  logFault(error, refusal, request);
  const errorCode = IN_OFREP[refusal.code];
  const isFlagPath = key !== null || errorCode === 'PARSE_ERROR';
  if (errorCode !== undefined && isFlagPath)
    return { status: statusOf(errorCode), errorCode, errorDetails: refusal.message };
  const { status } = REFUSALS[refusal.code];
  const errorDetails = status >= 500 ? `${refusal.message} (request ${request.id})` : refusal.message;
  return { status, errorCode: 'GENERAL' as const, errorDetails };
}

const statusOf = (errorCode: ErrorCode) => (errorCode === 'FLAG_NOT_FOUND' ? 404 : 400);

/** The key as it was sent, decoded where that can be done. A proxy may name the whole URL, host and all (RFC 9112, 3.2.2). */
function keyIn(url: string): string | null {
  const path = url.split('?', 1)[0] ?? '';
  const at = path.indexOf(FLAGS);
  if (at === -1) return null;
  const raw = path.slice(at + FLAGS.length);
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}
