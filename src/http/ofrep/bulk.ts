import type { Evaluated } from '../../control/flags/flagView.ts';
import type { Principal } from '../../domain/governance/role.ts';
import type { AnswerText } from './answerText.ts';
import { entityTagOf, matchesAny } from './entityTag.ts';
import { contextIn } from './lookupBody.ts';
import type { LookupDeps } from './lookupDeps.ts';

/** `text` is null where the client has it already. */
export type BulkAnswer = { readonly tag: string; readonly text: string | null };

/**
 * Every flag that the token may ask about, by key; those that have no answer for this context say so one by one. `body`: as it was sent.
 * @throws LookupFailed
 */
export function bulkAnswer(
  body: unknown,
  ifNoneMatch: string | undefined,
  principal: Principal,
  deps: LookupDeps,
): BulkAnswer {
  const began = performance.now();
  const features = deps.order.keys(principal.features);
  const answers = deps.flags.evaluateAll(contextIn(body), features).map((one) => flagText(one, deps));
  const streams = eventStreamsText(principal, deps);
  const tag = tagOf(answers, streams);
  const text = matchesAny(tag, ifNoneMatch) ? null : `{"flags":[${answers.map(textOf).join(',')}]${streams}}`;
  deps.telemetry.lookupSeconds((performance.now() - began) / 1000);
  return { tag, text };
}

/** Of the hashes of all answers: equal where the body is, and made without it, which is tens of kilobytes. */
const tagOf = (answers: readonly AnswerText[], streams: string) =>
  entityTagOf(answers.map(digestOf).join(',') + streams);

const textOf = ({ text }: AnswerText) => text;
const digestOf = ({ digest }: AnswerText) => digest;

/** Where a client hears of changes: a browser's `EventSource` sends no headers, so a key of the token stands in the address. */
function eventStreamsText({ tokenId }: Principal, { tokens }: LookupDeps): string {
  const key = tokens.streamKey(tokenId);
  if (key === null) return '';
  return `,"eventStreams":[{"type":"sse","endpoint":{"requestUri":"/v1/stream?key=${key}"}}]`;
}

function flagText({ feature, evaluation }: Evaluated, { telemetry, texts }: LookupDeps): AnswerText {
  if (evaluation.kind === 'failed') {
    const { errorCode, errorDetails } = evaluation;
    const text = JSON.stringify({ key: feature, errorCode, errorDetails });
    // It stands for itself: asked without a targeting key, all answers are such, and none was made before.
    return { text, digest: text };
  }
  telemetry.lookup(feature, evaluation.variant);
  return texts.of(feature, evaluation);
}
