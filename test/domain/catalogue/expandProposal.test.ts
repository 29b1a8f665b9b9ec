import { describe, expect, it } from 'vitest';
import { asSent } from '../../../src/domain/catalogue/asSent.ts';
import { EMPTY_CATALOGUE } from '../../../src/domain/catalogue/catalogue.ts';
import { expandProposal } from '../../../src/domain/catalogue/expandProposal.ts';
import { contractFrom, type Proposal } from '../../../src/domain/contract/contract.ts';
import { planDigest } from '../../../src/domain/contract/digest.ts';
import { judge } from '../../../src/domain/contract/validation.ts';
import { catalogueOf, HOUSE } from '../../support/catalogues.ts';
import { ERROR_RATE, type ProposalInput, stageInput, subjectOf, validProposal } from '../../support/proposals.ts';

const CATALOGUE = catalogueOf(HOUSE);
const NAMES_ONLY = catalogueOf({ slis: HOUSE.slis });
const USE = { use: 'checkout_success' };
const proposed = (more: Partial<ProposalInput> = {}) => validProposal(more);
const expanded = (proposal: Proposal, catalogue = CATALOGUE) => expandProposal(proposal, catalogue).proposal;
const brokenBy = (proposal: Proposal, catalogue = CATALOGUE) =>
  expandProposal(proposal, catalogue).violations.map(({ rule, path }) => `${rule} ${path}`);
const namesOf = ({ slis }: Proposal) => slis.map((sli) => ('use' in sli ? `use ${sli.use}` : sli.id));
const triggersOf = ({ rolloutWedge }: Proposal) =>
  rolloutWedge.wedgeStages.map(({ rollbackTrigger }) => rollbackTrigger.map(({ sli }) => sli).join(' '));

describe('a proposal and the catalogue', () => {
  it('an empty one leaves it as it is', () => {
    const proposal = proposed();
    expect(expandProposal(proposal, EMPTY_CATALOGUE)).toEqual({ proposal, violations: [] });
  });

  it('what is used by name stands there in full, in its place, and is said to come from there', () => {
    const after = expanded(proposed({ slis: [USE, ERROR_RATE] }), NAMES_ONLY);
    expect(after.slis[0]).toEqual(NAMES_ONLY.slis[0]);
    expect(namesOf(after)).toEqual(['checkout_success', 'error_rate']);
    expect(after.catalogue).toEqual({ slis: ['checkout_success'], criteria: {} });
    expect(contractFrom(after, 'contract-1').catalogue).toEqual(after.catalogue);
  });

  it('a criterion may name an SLI of the catalogue without more', () => {
    const criterion = {
      sli: 'latency_p95',
      compare: 'absolute',
      operator: '<=',
      threshold: 0.3,
      windowSeconds: 300,
    } as const;
    const stages = [stageInput('a', 10, { successCriteria: [criterion] }), stageInput('b', 100)];
    const after = expanded(validProposal({}, { wedgeStages: stages }), NAMES_ONLY);
    expect(namesOf(after)).toEqual(['error_rate', 'latency_p95']);
    expect(after.catalogue).toEqual({ slis: ['latency_p95'], criteria: {} });
    expect(judge(subjectOf(after)).violations).toEqual([]);
  });

  it('guardrails join every stage at the end of its list, the keys of its own criteria stay', () => {
    const after = expanded(proposed());
    expect(triggersOf(after)).toEqual(Array(3).fill('error_rate checkout_success'));
    expect(namesOf(after)).toEqual(['error_rate', 'checkout_success']);
    const criteria = { canary: ['trigger/1'], half: ['trigger/1'], everyone: ['trigger/1'] };
    expect(after.catalogue).toEqual({ slis: ['checkout_success'], criteria });
    expect(judge(subjectOf(after)).violations).toEqual([]);
  });

  it('those of a criticality join the contracts of that criticality alone', () => {
    expect(triggersOf(expanded(proposed({ criticality: 'critical' })))).toEqual(
      Array(3).fill('error_rate latency_p95 checkout_success'),
    );
  });

  it('what a stage has already, word for word, does not join twice: what was expanded may be proposed again', () => {
    const { catalogue: _, ...again } = expanded(proposed());
    const twice = expandProposal(again, CATALOGUE);
    expect(twice).toEqual({ proposal: again, violations: [] });
  });

  it('an unknown name is a violation with its path and the names that there are, and stays unresolved', () => {
    const expansion = expandProposal(proposed({ slis: [ERROR_RATE, { use: 'nothing' }] }), CATALOGUE);
    expect(expansion.violations).toMatchObject([
      {
        rule: 'CATALOGUE_SLI_UNKNOWN',
        path: '$.slis[1].use',
        found: 'nothing',
        allowed: 'one of checkout_success, latency_p95',
      },
    ]);
    expect(expandProposal(proposed({ slis: [USE] }), EMPTY_CATALOGUE).violations).toMatchObject([
      { path: '$.slis[0].use', allowed: 'none: the catalogue is empty' },
    ]);
  });

  it('its names mean one thing: another definition is refused, the same one is not', () => {
    const [known] = HOUSE.slis;
    expect(brokenBy(proposed({ slis: [ERROR_RATE, { ...known }] }))).toEqual([]);
    expect(brokenBy(proposed({ slis: [ERROR_RATE, { ...known, direction: 'lower' }] }))).toEqual([
      'CATALOGUE_SLI_DIFFERS $.slis[1].id',
    ]);
  });

  it('a stage that it would make too long is refused by what there is room for', () => {
    const many = Array(50).fill(stageInput('x', 1).rollbackTrigger[0]);
    const stages = [stageInput('a', 10, { rollbackTrigger: many }), stageInput('b', 100)];
    const { violations } = expandProposal(validProposal({}, { wedgeStages: stages }), CATALOGUE);
    expect(violations).toMatchObject([
      { path: '$.rolloutWedge.wedgeStages[0].rollbackTrigger', allowed: 'at most 49 items, beside 1 of the catalogue' },
    ]);
  });

  it('is part of what is approved: another catalogue makes another plan', () => {
    const digest = (catalogue = CATALOGUE) => planDigest(contractFrom(expanded(proposed(), catalogue), ''));
    expect(digest()).toBe(digest());
    expect(digest()).not.toBe(digest(EMPTY_CATALOGUE));
  });
});

describe('what is found in an expanded proposal', () => {
  const found = (proposal: Proposal, catalogue = CATALOGUE) =>
    asSent(judge(subjectOf(expanded(proposal, catalogue))).violations, proposal).map(({ rule, path, message }) => ({
      rule,
      path,
      message,
    }));

  it('is told by what was sent, and where the catalogue put it', () => {
    const short = validProposal(
      {},
      { observationWindowHours: 0.1, wedgeStages: [stageInput('a', 10), stageInput('b', 100)] },
    );
    const ofJoined = found(short).filter(({ message }) => message.includes('catalogue'));
    expect(ofJoined).toMatchObject([
      { rule: 'CRITERION_WINDOW_FITS', path: '$.rolloutWedge.wedgeStages[0].rollbackTrigger' },
      { rule: 'CRITERION_WINDOW_FITS', path: '$.rolloutWedge.wedgeStages[1].rollbackTrigger' },
    ]);
    const own = found(short).filter(({ message }) => !message.includes('catalogue'));
    expect(own.map(({ path }) => path)).toContain('$.rolloutWedge.wedgeStages[0].successCriteria[0].windowSeconds');
  });

  it('of a name that is used twice, names the use', () => {
    expect(found(proposed({ slis: [ERROR_RATE, USE, USE] }), NAMES_ONLY)).toMatchObject([
      { rule: 'SLI_UNIQUE', path: '$.slis[2].use' },
    ]);
  });
});
