import type { Proposal } from '../contract/contract.ts';
import { parseInput } from '../contract/parseInput.ts';
import { DEFAULT_POLICY } from '../contract/policy.ts';
import type { Sources } from '../contract/subject.ts';
import { judgeIndicators } from '../contract/validation.ts';
import { jsonPath, type Path, type Violation } from '../contract/violation.ts';
import { EVERYONE } from '../feature/scope.ts';
import type { SuccessCriterion, Trigger } from '../health/criterion.ts';
import { type Catalogue, type CatalogueInput, catalogueSchema, type Guardrail } from './catalogue.ts';
import { type Budgeted, budgeted } from './performanceBudget.ts';

export type ReadCatalogue =
  | { readonly ok: true; readonly catalogue: Catalogue }
  | { readonly ok: false; readonly violations: readonly Violation[] };

/** A catalogue file's content; every mistake at once, by the same rules of SLIs and criteria that contracts keep. Never throws. */
export function readCatalogue(input: unknown, sources: Sources): ReadCatalogue {
  const parsed = parseInput(catalogueSchema, input);
  if (!parsed.ok) return parsed;
  const { performanceBudget } = parsed.value;
  const lines = performanceBudget === undefined ? [] : budgeted(performanceBudget);
  const catalogue = catalogueOf(parsed.value, lines);
  const violations = judgeIndicators({
    ...{ proposal: planOf(catalogue), policy: DEFAULT_POLICY, exposed: [], takeover: null },
    sources,
  });
  if (violations.length === 0) return { ok: true, catalogue };
  return { ok: false, violations: violations.map((broken) => placed(broken, parsed.value, lines)) };
}

function catalogueOf(input: CatalogueInput, lines: readonly Budgeted[]): Catalogue {
  return {
    slis: [...input.slis, ...lines.map(({ sli }) => sli)],
    successCriteria: input.successCriteria.map(guardrail),
    rollbackTrigger: [
      ...input.rollbackTrigger.map(guardrail),
      ...lines.map(({ trigger }) => ({ criticality: null, criterion: trigger })),
    ],
  };
}

const guardrail = <C extends SuccessCriterion | Trigger>(sent: {
  readonly criticality?: Guardrail<C>['criticality'] | undefined;
  readonly criterion: C;
}): Guardrail<C> => ({ criticality: sent.criticality ?? null, criterion: sent.criterion });

/** A plan of nothing but the catalogue: what is wrong with an SLI or a criterion of it is wrong in every contract. */
function planOf({ slis, successCriteria, rollbackTrigger }: Catalogue): Proposal {
  const stage = {
    ...{ stageId: 'every', audience: 'GENERAL' as const, scope: EVERYONE, targetPercentage: 1, durationHours: 1 },
    ...{ requiresApproval: false, stabilization: { minimumDurationHours: 0, healthThreshold: 0, requiredMetrics: [] } },
    successCriteria: successCriteria.map(({ criterion }) => criterion),
    rollbackTrigger: rollbackTrigger.map(({ criterion }) => criterion),
  };
  const rollback = {
    ...{ to: 'zero' as const, mode: 'immediate' as const, overMinutes: 5 },
    ...{ verifyHealth: true, cooldownMinutes: 60 },
  };
  return {
    ...{ feature: 'catalogue', title: 'catalogue', issueIds: ['catalogue'], criticality: 'standard' },
    ...{ audit: 'automatic', whenStale: 'close', slis },
    rolloutWedge: {
      ...{ initialPercentage: 1, incrementPolicy: 'manual', maxBlastRadius: 1, observationWindowHours: 1 },
      ...{ rollback, wedgeStages: [stage] },
    },
  };
}

const PLACE = /^\$\.(?:rolloutWedge\.wedgeStages\[0\]\.)?(slis|successCriteria|rollbackTrigger)\[(\d+)\]/;

/** By its path in the file. Of a budget the line is enough: it has no criterion of its own to point into. */
function placed(broken: Violation, input: CatalogueInput, lines: readonly Budgeted[]): Violation {
  const [prefix, list, index] = PLACE.exec(broken.path) ?? [];
  if (prefix === undefined || (list !== 'slis' && list !== 'successCriteria' && list !== 'rollbackTrigger'))
    return broken;
  const at = Number(index);
  const line = lines[at - input[list].length];
  if (line !== undefined && at >= input[list].length) return { ...broken, path: jsonPath(line.at) };
  const place: Path = list === 'slis' ? [list, at] : [list, at, 'criterion'];
  return { ...broken, path: `${jsonPath(place)}${broken.path.slice(prefix.length)}` };
}
