import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProposal } from '../../../src/domain/contract/parseProposal.ts';
import { ERROR_RATE, proposalInput, validProposals } from '../../support/proposals.ts';

const violationsOf = (input: unknown) => {
  const parsed = parseProposal(input);
  return parsed.ok ? [] : parsed.violations;
};
const placesOf = (input: unknown) => violationsOf(input).map(({ rule, path }) => `${rule} ${path}`);
const withSlis = (...slis: readonly unknown[]) => ({ ...proposalInput(), slis });
const withCriterion = (criterion: unknown) => {
  const { wedgeStages, ...wedge } = proposalInput().rolloutWedge;
  const [first, ...others] = wedgeStages;
  return {
    ...proposalInput(),
    rolloutWedge: { ...wedge, wedgeStages: [{ ...first, rollbackTrigger: [criterion] }, ...others] },
  };
};

describe('a proposal that fits', () => {
  it('comes with its defaults filled in', () => {
    const parsed = parseProposal(proposalInput());
    expect(parsed).toMatchObject({
      ok: true,
      proposal: {
        criticality: 'standard',
        audit: 'automatic',
        whenStale: 'close',
        slis: [{ cohort: { label: 'cohort', treatment: 'treatment', control: 'control' }, absentNumerator: 'zero' }],
        rolloutWedge: {
          rollback: { to: 'zero', mode: 'immediate', overMinutes: 5, verifyHealth: true, cooldownMinutes: 60 },
          wedgeStages: [{ rollbackTrigger: [{ severity: 'rollback', consecutive: 1, dryRun: false }] }, {}, {}],
        },
      },
    });
  });

  it('is the same again when it is read again', () => {
    fc.assert(
      fc.property(validProposals, (proposal) => {
        expect(parseProposal(JSON.parse(JSON.stringify(proposal)))).toEqual({ ok: true, proposal });
      }),
    );
  });
});

describe('a proposal that does not fit', () => {
  it('is told all mistakes at once, each with its path', () => {
    const input = {
      ...proposalInput(),
      feature: 'Checkout',
      issueIds: [],
      criticality: 'huge',
      colour: 'red',
      rolloutWedge: { ...proposalInput().rolloutWedge, observationWindowHours: '1', wedgeStages: [{ stageId: 'a' }] },
    };
    expect(placesOf(input)).toEqual([
      'SCHEMA $.feature',
      'SCHEMA $.issueIds',
      'SCHEMA $.criticality',
      'SCHEMA $.rolloutWedge.observationWindowHours',
      'SCHEMA $.rolloutWedge.wedgeStages[0].audience',
      'SCHEMA $.rolloutWedge.wedgeStages[0].scope',
      'SCHEMA $.rolloutWedge.wedgeStages[0].targetPercentage',
      'SCHEMA $.rolloutWedge.wedgeStages[0].durationHours',
      'SCHEMA $.rolloutWedge.wedgeStages[0].successCriteria',
      'SCHEMA $.rolloutWedge.wedgeStages[0].rollbackTrigger',
      'SCHEMA $.colour',
    ]);
  });

  it.each([
    ['a missing field', { ...proposalInput(), title: undefined }, '$.title', null, 'a string'],
    ['a wrong type', { ...proposalInput(), title: 5 }, '$.title', 5, 'a string'],
    ['an object for a text', { ...proposalInput(), title: { a: 1 } }, '$.title', 'an object with: a', 'a string'],
    ['a list that is empty', { ...proposalInput(), issueIds: [] }, '$.issueIds', 'a list of 0', 'at least 1 item'],
    [
      'a text that is too long',
      { ...proposalInput(), title: 'x'.repeat(201) },
      '$.title',
      `${'x'.repeat(200)}…`,
      'at most 200 characters',
    ],
    ['an unknown field', { ...proposalInput(), colour: 'red' }, '$.colour', 'red', 'no such field'],
    ['an unknown field with an odd name', { ...proposalInput(), 'a b': true }, '$["a b"]', true, 'no such field'],
    ['a value of no list', { ...proposalInput(), audit: 'none' }, '$.audit', 'none', '`automatic` or `external`'],
    [
      'a number beyond doubles',
      { ...proposalInput(), pollIntervalSeconds: JSON.parse('1e999') },
      '$.pollIntervalSeconds',
      'Infinity',
      'a number',
    ],
    [
      'an SLI of no kind',
      withSlis({ id: 'a', kind: 'guess' }),
      '$.slis[0].kind',
      'guess',
      expect.stringContaining('`ratio` or'),
    ],
    ['an SLI that is none', withSlis(7), '$.slis[0]', 7, 'an object'],
    ['a catalogue name that is none', withSlis({ use: 7 }), '$.slis[0].use', 7, 'a string'],
    ['a catalogue name with more', withSlis({ use: 'a', source: 'b' }), '$.slis[0].source', 'b', 'no such field'],
    ['no object', 'hello', '$', 'hello', 'an object'],
    ['nothing', undefined, '$', null, 'an object'],
  ])('names %s', (_, input, path, found, allowed) => {
    expect(violationsOf(input)).toEqual([{ rule: 'SCHEMA', path, found, allowed, message: expect.any(String) }]);
  });

  it('says whether something is missing, wrong, or of the wrong form', () => {
    const input = { ...proposalInput(), title: undefined, issueIds: 1, feature: 'A', pollIntervalSeconds: 0 };
    const cohort = { treatment: 'on', control: 'on' };
    const messages = violationsOf({ ...input, slis: [{ ...ERROR_RATE, cohort }] }).map(({ message }) => message);
    expect(messages).toEqual([
      'must match [a-z0-9][a-z0-9._-]{0,127}',
      'is missing: a string is required',
      'must be a list',
      'must be at least 1',
      'must give treatment and control different values',
    ]);
    expect(violationsOf({ ...proposalInput(), pollIntervalSeconds: JSON.parse('1e999') })[0]?.message).toBe(
      'must be a number',
    );
  });

  it('names what is missing of the kind of SLI that was meant', () => {
    expect(placesOf(withSlis({ id: 'a', kind: 'count', source: 'shop', direction: 'lower', counters: 'x' }))).toEqual([
      'SCHEMA $.slis[0].counter',
      'SCHEMA $.slis[0].counters',
    ]);
  });

  it('names a scope that is neither `all` nor a list, and a wrong member of a list', () => {
    const [first, ...others] = proposalInput().rolloutWedge.wedgeStages;
    const scope = { groups: 'beta', regions: ['eu', 7], tiers: [] };
    const input = proposalInput();
    const rolloutWedge = { ...input.rolloutWedge, wedgeStages: [{ ...first, scope }, ...others] };
    expect(violationsOf({ ...input, rolloutWedge })).toMatchObject([
      { path: '$.rolloutWedge.wedgeStages[0].scope.groups', found: 'beta', allowed: '`all` or a list' },
      { path: '$.rolloutWedge.wedgeStages[0].scope.regions[1]', found: 7, allowed: 'a string' },
      { path: '$.rolloutWedge.wedgeStages[0].scope.tiers', found: 'a list of 0', allowed: 'at least 1 item' },
    ]);
  });

  it('names what is wrong in a criterion', () => {
    const criterion = { sli: 'error_rate', compare: 'absolute', operator: '=', windowSeconds: 0.5, severity: 'page' };
    const place = 'SCHEMA $.rolloutWedge.wedgeStages[0].rollbackTrigger[0]';
    expect(placesOf(withCriterion(criterion))).toEqual(
      ['operator', 'threshold', 'windowSeconds', 'severity'].map((field) => `${place}.${field}`),
    );
    expect(placesOf(withCriterion('errors'))).toEqual([place]);
  });

  it('takes members of Object for the unknown fields that they are', () => {
    const input: unknown = JSON.parse('{"__proto__":{"feature":"a"},"constructor":1}');
    expect(placesOf(input)).toEqual(expect.arrayContaining(['SCHEMA $.__proto__', 'SCHEMA $.constructor']));
  });

  it('bounds the answer to a body that is wrong a hundred thousand times', () => {
    const input = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`field${index}`, index]));
    expect(violationsOf(input)).toHaveLength(1000);
  });

  it('never throws, and tells only what can be sent and stored', () => {
    const anything = fc.anything({ withNullPrototype: true, stringUnit: 'binary' });
    const near = fc.tuple(
      validProposals,
      fc.constantFrom('feature', 'title', 'slis', 'rolloutWedge', 'other'),
      anything,
    );
    const inputs = fc.oneof(
      anything,
      near.map(([proposal, field, value]) => ({ ...proposal, [field]: value })),
    );
    fc.assert(
      fc.property(inputs, (input) => {
        for (const violation of violationsOf(input)) {
          const texts = Object.values(violation).map(String);
          expect(texts.every((text) => text.isWellFormed() && !text.includes('\0') && text.length < 2000)).toBe(true);
          expect(violation.path).toMatch(/^\$/);
        }
      }),
    );
  });
});
