import { LedgerUnreachable } from '../control/ports/ledger.ts';
import { Refusal, type RefusalCode } from '../control/refusal.ts';

/** What the framework says by codes of its own. */
const FRAMEWORK: Readonly<Record<string, readonly [code: RefusalCode, detail: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['BODY_TOO_LARGE', 'the body is larger than this server reads'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['UNSUPPORTED_MEDIA_TYPE', 'send the body as application/json'],
  FST_ERR_MAX_PARAM_LENGTH: ['NOT_FOUND', 'no name is that long'],
  FST_ERR_BAD_URL: ['MALFORMED_URL', 'a percent sign begins two hexadecimal digits'],
  FST_UNDER_PRESSURE: ['OVERLOADED', 'try again in a moment; closing a gate is never turned away'],
};

/** What a caller is told of an error. Whatever is no refusal tells nothing of the inside. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof LedgerUnreachable) {
    return new Refusal('LEDGER_UNREACHABLE', 'nothing is known about the outcome; look again when it is back');
  }
  const [code, detail] = FRAMEWORK[textOf(error, 'code')] ?? byStatus(error);
  return new Refusal(code, detail);
}

function byStatus(error: unknown): readonly [RefusalCode, string] {
  const isCallersFault = textOf(error, 'code').startsWith('FST_ERR_CTP') || textOf(error, 'statusCode') === '400';
  return isCallersFault
    ? ['MALFORMED_JSON', 'it breaks off, has a syntax error or a key that no object may have']
    : ['INTERNAL', 'it is in the log under the number that `instance` names'];
}

function textOf(error: unknown, member: string): string {
  const value: unknown = error instanceof Error ? Reflect.get(error, member) : undefined;
  return String(value ?? '');
}
