import type { FastifyReply, FastifyRequest } from 'fastify';
import { REFUSALS, type RefusalCode } from '../../control/refusal.ts';
import { logFault } from '../answerProblem.ts';
import { refusalOf } from '../refusalOf.ts';

export type ErrorCode = 'PARSE_ERROR' | 'TARGETING_KEY_MISSING' | 'INVALID_CONTEXT' | 'FLAG_NOT_FOUND' | 'GENERAL';

/** OFREP knows 400 for whatever can't be read: its clients understand no other status for that. */
const UNREADABLE = { status: 400, errorCode: 'PARSE_ERROR' } as const;
const NO_FLAG = { status: 404, errorCode: 'FLAG_NOT_FOUND' } as const;
const IN_OFREP: Readonly<Partial<Record<RefusalCode, { readonly status: number; readonly errorCode: ErrorCode }>>> = {
  MALFORMED_JSON: UNREADABLE,
  BODY_TOO_LARGE: UNREADABLE,
  UNSUPPORTED_MEDIA_TYPE: UNREADABLE,
  MALFORMED_URL: NO_FLAG,
  SCHEMA: NO_FLAG,
  NOT_FOUND: NO_FLAG,
};

const FLAGS = '/ofrep/v1/evaluate/flags/';

/** Answers an error with OFREP's body. The key is told where the path names one. */
export function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalOf(error);
  logFault(error, refusal, request);
  const { status } = REFUSALS[refusal.code];
  const said = IN_OFREP[refusal.code] ?? { status, errorCode: 'GENERAL' };
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="sluice"');
  if (status === 405) reply.header('allow', refusal.more.allowed?.join(', ') ?? '');
  const detail = status >= 500 ? `${refusal.message} (request ${request.id})` : refusal.message;
  fail(reply, said.status, failureOf(keyIn(request.url), said.errorCode, detail));
}

export type Failure = { readonly key?: string; readonly errorCode: ErrorCode; readonly errorDetails: string };

export function failureOf(key: string | null, errorCode: ErrorCode, errorDetails: string): Failure {
  return key === null ? { errorCode, errorDetails } : { key, errorCode, errorDetails };
}

export function fail(reply: FastifyReply, status: number, failure: Failure): void {
  reply.code(status).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(failure));
}

/** The key as it was sent, decoded where that can be done. */
function keyIn(url: string): string | null {
  if (!url.startsWith(FLAGS)) return null;
  const raw = url.slice(FLAGS.length).split('?', 1)[0] ?? '';
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}
