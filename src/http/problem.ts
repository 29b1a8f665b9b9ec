import { REFUSALS, type Refusal, type RefusalCode } from '../control/refusal.ts';
import type { Violation } from '../domain/contract/violation.ts';
import type { PreflightItem } from '../domain/rollout/preflight.ts';

/** RFC 9457. `code` is the stable name; the members after `instance` are there where the refusal says them. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Names the request, as the log does. */
  readonly instance: string;
  readonly code: RefusalCode;
  readonly violations?: readonly Violation[];
  readonly reason?: string;
  readonly unblocksAt?: string | null;
  readonly wedgeState?: string;
  readonly allowed?: readonly string[];
  readonly items?: readonly PreflightItem[];
};

export const PROBLEM_TYPE = 'application/problem+json';

export function problemOf(refusal: Refusal, requestId: string): Problem {
  const { status, title } = REFUSALS[refusal.code];
  return {
    type: `urn:sluice:problem:${refusal.code}`,
    title,
    status,
    detail: refusal.message,
    instance: `urn:uuid:${requestId}`,
    code: refusal.code,
    ...refusal.more,
  };
}
