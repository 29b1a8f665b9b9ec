import { z } from 'zod';
import { Refusal } from '../../control/refusal.ts';
import { stagePercentages } from '../../domain/contract/increments.ts';
import { PRESET_NAMES, type PresetName, presetProposal } from '../../domain/contract/presets.ts';
import { violation } from '../../domain/contract/violation.ts';
import { featureKeySchema } from '../../domain/feature/featureSchema.ts';
import { percentageSchema } from '../../domain/feature/thresholdSchema.ts';
import { nameSchema } from '../../domain/health/sli.ts';
import type { Scope } from './scope.ts';

const tags = ['contracts'];

const presetQuery = z.strictObject({
  feature: featureKeySchema.default('my-feature'),
  title: z.string().min(1).max(200).default('My feature'),
  issueId: z.string().min(1).max(100).default('ISSUE-1'),
  source: nameSchema.default('prometheus').describe('the metric source that its SLIs are measured from'),
});

const percentage = z.coerce.number().pipe(percentageSchema);
const incrementsQuery = z.strictObject({
  initialPercentage: percentage,
  policy: z.enum(['linear', 'exponential']),
  factor: z.coerce.number().describe('points that linear adds, or what exponential multiplies by'),
  maximumPercentage: percentage.default(100),
});

/** Help for whoever writes a plan; nothing here stores or opens anything. */
export function planRoutes(scope: Scope): void {
  preset(scope);
  increments(scope);
}

function preset(scope: Scope): void {
  scope.get(
    '/presets/:name',
    {
      schema: {
        operationId: 'getPreset',
        summary: 'A plan that ships with Sluice, as a proposal to be changed and sent to /v1/contracts',
        tags,
        params: z.strictObject({ name: z.string().describe(PRESET_NAMES.join(', ')) }),
        querystring: presetQuery,
        response: { 200: z.record(z.string(), z.unknown()) },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request) => {
      const { issueId, ...use } = request.query;
      return { ...presetProposal(presetName(request.params.name), { ...use, issueIds: [issueId] }) };
    },
  );
}

function presetName(asked: string): PresetName {
  const name = PRESET_NAMES.find((known) => known === asked);
  if (name === undefined) throw new Refusal('NOT_FOUND', `the presets are ${PRESET_NAMES.join(', ')}`);
  return name;
}

function increments(scope: Scope): void {
  scope.get(
    '/increments',
    {
      schema: {
        operationId: 'getIncrements',
        summary: 'The target percentages of a plan that grows along a line',
        tags,
        querystring: incrementsQuery,
        response: { 200: z.strictObject({ percentages: z.array(z.number()) }) },
      },
      config: { right: 'view' },
    },
    async (request) => ({ percentages: reachable(request.query) }),
  );
}

function reachable(wish: z.infer<typeof incrementsQuery>): number[] {
  try {
    return [...stagePercentages(wish)];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const violations = [
      violation('SCHEMA', ['factor'], wish.factor, 'rises to the maximum within 50 stages', error.message),
    ];
    throw new Refusal('SCHEMA', error.message, { violations });
  }
}
