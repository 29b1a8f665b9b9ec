import type { Violation } from '../domain/contract/violation.ts';
import type { PreflightItem } from '../domain/rollout/preflight.ts';

/** Every refusal that a caller can handle: its code, HTTP status and title. Docs and OpenAPI are held to this table by a test. */
export const REFUSALS = {
  SCHEMA: { status: 422, title: 'The request does not have the form that this route takes' },
  CONTRACT_INVALID: { status: 422, title: 'The contract breaks rules' },
  WAIVER_INVALID: { status: 422, title: 'The waiver can not be asked for like this' },
  SIMULATION_INVALID: { status: 422, title: 'The simulation can not be run like this' },
  MALFORMED_JSON: { status: 400, title: 'The body is not JSON' },
  MALFORMED_REQUEST: { status: 400, title: 'The request is not HTTP' },
  HEAD_TOO_LARGE: { status: 431, title: 'The headers are too large' },
  MALFORMED_URL: { status: 400, title: 'The path or query is not percent-encoded' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The body must be application/json' },
  UNAUTHENTICATED: { status: 401, title: 'A valid token is needed' },
  FORBIDDEN: { status: 403, title: 'The token has no right to this' },
  FOUR_EYES: { status: 403, title: 'It takes somebody else' },
  NOT_FOUND: { status: 404, title: 'There is no such thing' },
  COMPLETION_REQUIRES_PASS: { status: 404, title: 'There is no completion report without a passed audit' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The route does not take this method' },
  FEATURE_EXISTS: { status: 409, title: 'The key is taken' },
  FEATURE_IN_USE: { status: 409, title: 'The feature exposes users, or a rollout of it is live' },
  WOULD_RAISE_EXPOSURE: { status: 409, title: 'Only a contract or a second person raises exposure' },
  DIGEST_MISMATCH: { status: 409, title: 'The digest is not that of this contract' },
  ABOVE_BLAST_RADIUS: { status: 409, title: 'More than the live contract ever allows' },
  CONTRACT_NOT_OPEN: { status: 409, title: 'The contract can take no more approvals' },
  CONTRACT_NOT_APPROVED: { status: 409, title: 'The contract is not approved' },
  CONTRACT_USED: { status: 409, title: 'The contract has started its rollout' },
  POLICY_STRICTER: { status: 409, title: "Today's policy is stricter than the one that judged the contract" },
  POLICY_REPLACED: { status: 409, title: 'This process runs by a policy that has been replaced' },
  WAIVER_NOT_OPEN: { status: 409, title: 'The waiver can take no more words' },
  ILLEGAL_STATE: { status: 409, title: 'The state does not allow this' },
  HELD: { status: 409, title: 'The gate is held' },
  PREFLIGHT_FAILED: { status: 409, title: 'The preflight failed' },
  HISTORY_UNAVAILABLE: { status: 422, title: 'There is no past to go by' },
  ATTESTATION_UNKNOWN: { status: 422, title: 'The policy asks for no such attestation' },
  AUDIT_NOT_EXTERNAL: { status: 409, title: 'The contract leaves its audit to Sluice' },
  VERDICT_STANDS: { status: 409, title: 'A verdict stands already' },
  REVIEW_NOT_ASKED: { status: 409, title: 'No review of this is asked for' },
  STAGE_UNKNOWN: { status: 422, title: 'The plan has no such stage' },
  CALENDARS_FULL: { status: 409, title: 'There are as many calendars, or windows, as there may be' },
  CONFLICT: { status: 409, title: 'Somebody else was first' },
  IDEMPOTENCY_MISMATCH: { status: 409, title: 'The idempotency key was used with another request' },
  IDEMPOTENCY_BUSY: { status: 409, title: 'The same request is still being worked on' },
  VERSION_REQUIRED: { status: 428, title: 'If-Match with the version is needed' },
  VERSION_STALE: { status: 412, title: 'The version is not the current one' },
  SIMULATIONS_BUSY: { status: 429, title: 'As many simulations run as may' },
  STREAMS_FULL: { status: 429, title: 'The token has as many streams open as it may' },
  TOO_MANY_REQUESTS: { status: 429, title: 'Too many requests' },
  LEDGER_UNREACHABLE: { status: 503, title: 'The ledger can not be reached; closing still works' },
  PAST_UNREADABLE: { status: 503, title: 'A metric source does not tell what it recorded' },
  OVERLOADED: { status: 503, title: 'Too much load at the moment' },
  INTERNAL: { status: 500, title: 'Something went wrong inside' },
} as const satisfies Record<string, { status: number; title: string }>;
export type RefusalCode = keyof typeof REFUSALS;

/** What a refusal says beyond its code; it becomes members of the problem body. */
export type RefusalMore = {
  readonly violations?: readonly Violation[];
  /** Closed reason of a hold, and when it ends. */
  readonly reason?: string;
  readonly unblocksAt?: string | null;
  readonly wedgeState?: string;
  readonly allowed?: readonly string[];
  /** What a preflight found wrong. */
  readonly items?: readonly PreflightItem[];
};

/** A refusal: nothing was changed, and the caller can know why. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly more: RefusalMore;

  constructor(code: RefusalCode, detail: string, more: RefusalMore = {}) {
    super(detail);
    this.code = code;
    this.more = more;
  }
}
