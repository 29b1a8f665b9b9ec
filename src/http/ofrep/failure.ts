import type { FastifyReply, FastifyRequest } from 'fastify';
import { REFUSALS, type RefusalCode } from '../../control/refusal.ts';
import { logFault } from '../answerProblem.ts';
import { JSON_TYPE } from '../jsonType.ts';
import { refusalOf } from '../refusalOf.ts';
import { FLAGS_PATH } from './flagsPath.ts';

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

const ONE_FLAG = `${FLAGS_PATH}/`;

/** The request that failed, whoever has read it: the framework, or nobody before Sluice. */
export type FailedRequest = Pick<FastifyRequest, 'url' | 'id' | 'log'>;

export type FailureAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

/** An error in OFREP's words. The key is told where the path names one; what is our fault is logged here, once. */
export function failureAnswer(error: unknown, request: FailedRequest): FailureAnswer {
  const key = keyIn(request.url);
  const { status, errorCode, errorDetails } = failureOf(error, request, key);
  const headers = {
    ...(status === 401 ? { 'www-authenticate': 'Bearer realm="sluice"' } : {}),
    ...(status === 405 ? { allow: 'POST' } : {}),
    'content-type': JSON_TYPE,
  };
  return { status, headers, text: JSON.stringify({ ...(key === null ? {} : { key }), errorCode, errorDetails }) };
}

/** Answers an error by the framework. */
export function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, headers, text } = failureAnswer(error, request);
  reply.code(status).headers(headers).send(text);
}

function failureOf(error: unknown, request: FailedRequest, key: string | null) {
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
  const at = path.indexOf(ONE_FLAG);
  if (at === -1) return null;
  const raw = path.slice(at + ONE_FLAG.length);
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}
