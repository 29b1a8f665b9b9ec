import type { FromCatalogue, Proposal } from '../contract/contract.ts';
import { type Path, type Violation, violation } from '../contract/violation.ts';
import { MOST_CRITERIA, type WedgeStage } from '../contract/wedge.ts';
import { sameJson } from '../feature/sameJson.ts';
import type { SuccessCriterion, Trigger } from '../health/criterion.ts';
import type { Sli } from '../health/sli.ts';
import type { Catalogue, Guardrail } from './catalogue.ts';

/** A proposal that rests on nothing outside, but for names that the catalogue does not have: those are violations. */
export type Expansion = { readonly proposal: Proposal; readonly violations: readonly Violation[] };

/**
 * Writes the catalogue into a proposal: SLIs that it uses, guardrails that join every stage, and the SLIs that criteria name. What came
 * from there is said beside it. A guardrail that a stage has already, word for word, does not join a second time.
 */
export function expandProposal(sent: Proposal, catalogue: Catalogue): Expansion {
  const named = new Map(catalogue.slis.map((sli) => [sli.id, sli]));
  const used = sent.slis.map((sli) => ('use' in sli ? (named.get(sli.use) ?? sli) : sli));
  const { wedgeStages } = sent.rolloutWedge;
  const stages = wedgeStages.map((stage) => joined(stage, sent, catalogue));
  const added = neededSlis(stages, used, catalogue);
  const proposal = {
    ...sent,
    slis: [...used, ...added],
    rolloutWedge: { ...sent.rolloutWedge, wedgeStages: stages },
  };
  const from = fromCatalogue(sent, stages, added, named);
  return {
    proposal: from === null ? proposal : { ...proposal, catalogue: from },
    violations: [...unknownUses(sent, named), ...otherDefinitions(sent, named), ...tooMany(sent, stages)],
  };
}

function joined(stage: WedgeStage, { criticality }: Proposal, catalogue: Catalogue): WedgeStage {
  const joinedTo = <C extends SuccessCriterion | Trigger>(own: readonly C[], guardrails: readonly Guardrail<C>[]) => [
    ...own,
    ...guardrails
      .filter((guardrail) => guardrail.criticality === null || guardrail.criticality === criticality)
      .map(({ criterion }) => criterion)
      .filter((criterion) => !own.some((one) => sameJson(one, criterion))),
  ];
  return {
    ...stage,
    successCriteria: joinedTo(stage.successCriteria, catalogue.successCriteria),
    rollbackTrigger: joinedTo(stage.rollbackTrigger, catalogue.rollbackTrigger),
  };
}

/** Those that criteria name, the contract does not define, and the catalogue has. */
function neededSlis(stages: readonly WedgeStage[], used: Proposal['slis'], { slis }: Catalogue): readonly Sli[] {
  const defined = new Set(used.map((sli) => ('use' in sli ? sli.use : sli.id)));
  const asked = new Set(
    stages.flatMap(({ successCriteria, rollbackTrigger }) =>
      [...successCriteria, ...rollbackTrigger].map(({ sli }) => sli),
    ),
  );
  return slis.filter(({ id }) => asked.has(id) && !defined.has(id));
}

/** null where nothing came from there. What joined a list stands at its end. */
function fromCatalogue(
  sent: Proposal,
  stages: readonly WedgeStage[],
  added: readonly Sli[],
  named: ReadonlyMap<string, Sli>,
): FromCatalogue | null {
  const uses = sent.slis.flatMap((sli) => ('use' in sli && named.has(sli.use) ? [sli.use] : []));
  const slis = [...uses, ...added.map(({ id }) => id)];
  const criteria = stages.flatMap((stage, index) => {
    const own = sent.rolloutWedge.wedgeStages[index];
    const keys = [
      ...keysFrom('trigger', own?.rollbackTrigger.length ?? 0, stage.rollbackTrigger.length),
      ...keysFrom('success', own?.successCriteria.length ?? 0, stage.successCriteria.length),
    ];
    return keys.length === 0 ? [] : [[stage.stageId, keys] as const];
  });
  return slis.length + criteria.length === 0 ? null : { slis, criteria: Object.fromEntries(criteria) };
}

const keysFrom = (role: 'trigger' | 'success', from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `${role}/${from + index}`);

function unknownUses({ slis }: Proposal, named: ReadonlyMap<string, Sli>): readonly Violation[] {
  const allowed = named.size === 0 ? 'none: the catalogue is empty' : `one of ${[...named.keys()].join(', ')}`;
  return slis.flatMap((sli, index) => {
    if (!('use' in sli) || named.has(sli.use)) return [];
    const message = 'must be an SLI of the installation’s catalogue';
    return [violation('CATALOGUE_SLI_UNKNOWN', ['slis', index, 'use'], sli.use, allowed, message)];
  });
}

/** One name means one thing: a guardrail would else measure by the contract's own reading of it. */
function otherDefinitions({ slis }: Proposal, named: ReadonlyMap<string, Sli>): readonly Violation[] {
  return slis.flatMap((sli, index) => {
    const known = 'use' in sli ? undefined : named.get(sli.id);
    if ('use' in sli || known === undefined || sameJson(known, sli)) return [];
    const allowed = `\`{ "use": ${JSON.stringify(sli.id)} }\`, the same definition, or another name`;
    const message = 'is defined otherwise than the catalogue defines it';
    return [violation('CATALOGUE_SLI_DIFFERS', ['slis', index, 'id'], sli.id, allowed, message)];
  });
}

/** What joins must not make a stage longer than a stage may be. */
function tooMany(sent: Proposal, stages: readonly WedgeStage[]): readonly Violation[] {
  return stages.flatMap((stage, index) =>
    (['successCriteria', 'rollbackTrigger'] as const).flatMap((list) => {
      const own = sent.rolloutWedge.wedgeStages[index]?.[list].length ?? 0;
      const more = stage[list].length - own;
      if (stage[list].length <= MOST_CRITERIA) return [];
      const at: Path = ['rolloutWedge', 'wedgeStages', index, list];
      const allowed = `at most ${MOST_CRITERIA - more} items, beside ${more} of the catalogue`;
      return [violation('SCHEMA', at, sent.rolloutWedge.wedgeStages[index]?.[list], allowed, `must be ${allowed}`)];
    }),
  );
}
