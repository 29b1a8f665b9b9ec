import { z } from 'zod';
import type { Policy } from '../contract/policy.ts';
import { RULE_IDS } from '../contract/ruleIds.ts';
import { type Violation, violation } from '../contract/violation.ts';
import { featureKeySchema } from '../feature/featureSchema.ts';
import { hoursToMs } from '../hours.ts';
import { WAIVABLE_RULES } from './waiverRules.ts';

/** What somebody asks for. What a text says is judged by rules, so that all mistakes are told at once. */
export const waiverRequestSchema = z
  .strictObject({
    feature: featureKeySchema,
    planDigest: z
      .string()
      .regex(/^[0-9a-f]{64}$/, { message: 'must be a digest in lowercase hex' })
      .describe('of the plan, as `POST /v1/contracts/validate` answers it'),
    rules: z.array(z.string().max(64)).max(50).readonly().describe('ids of the rules that the plan may break'),
    rationale: z.string().max(2000).describe('why it is right all the same; for the ledger'),
    expiresAt: z.iso.datetime({ offset: true }),
  })
  .readonly();
export type WaiverRequest = z.infer<typeof waiverRequestSchema>;

type Judged = { readonly policy: Policy; readonly featureIsThere: boolean; readonly nowMs: number };

/** **All** that is wrong with a request at once. */
export function judgeWaiverRequest(request: WaiverRequest, judged: Judged): readonly Violation[] {
  return [
    ...featureUnknown(request, judged),
    ...rulesOff(request),
    ...rationaleMissing(request),
    ...termOff(request, judged),
  ];
}

function featureUnknown({ feature }: WaiverRequest, { featureIsThere }: Judged): readonly Violation[] {
  if (featureIsThere) return [];
  const allowed = 'a feature that is there and not archived';
  return [violation('FEATURE_UNKNOWN', ['feature'], feature, allowed, `must be ${allowed}`)];
}

function rulesOff({ rules }: WaiverRequest): readonly Violation[] {
  const allowed = `one of ${WAIVABLE_RULES.join(', ')}`;
  if (rules.length === 0) return [violation('WAIVER_RULES_REQUIRED', ['rules'], 0, allowed, 'must name a rule')];
  return rules.flatMap((rule, index): readonly Violation[] => {
    const at = ['rules', index];
    if (rules.indexOf(rule) < index) {
      return [violation('WAIVER_RULE_REPEATED', at, rule, 'each rule once', 'is named before')];
    }
    if (WAIVABLE_RULES.includes(rule)) return [];
    const isKnown = RULE_IDS.some((known) => known === rule);
    return isKnown
      ? [violation('WAIVER_UNWAIVABLE', at, rule, allowed, 'is no rule that anybody can waive')]
      : [violation('WAIVER_RULE_UNKNOWN', at, rule, allowed, 'is no rule')];
  });
}

function rationaleMissing({ rationale }: WaiverRequest): readonly Violation[] {
  if (rationale.trim() !== '') return [];
  return [violation('WAIVER_RATIONALE', ['rationale'], rationale, 'a reason in words', 'must say why')];
}

function termOff({ expiresAt }: WaiverRequest, { policy, nowMs }: Judged): readonly Violation[] {
  const lastMs = nowMs + hoursToMs(24 * policy.waiverMaxDays);
  const expiresAtMs = Date.parse(expiresAt);
  if (expiresAtMs > nowMs && expiresAtMs <= lastMs) return [];
  const allowed = `after ${new Date(nowMs).toISOString()}, at the latest ${new Date(lastMs).toISOString()}`;
  return [violation('WAIVER_EXPIRY', ['expiresAt'], expiresAt, allowed, `must lie ${allowed}`)];
}
