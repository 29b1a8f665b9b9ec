import type { Sli } from '../../health/sli.ts';
import { criteriaWithSli, type PlacedSli, placedSlis, windowedCriteria } from '../places.ts';
import type { Rule, WarningRule } from '../subject.ts';
import { type Path, violation } from '../violation.ts';

const COHORT = '{{cohort}}';
const WINDOW = '{{window}}';

/** "`{{cohort}}` becomes `label="value"`": a query with a cohort and without the placeholder would measure both arms as one. */
export const promqlNamesCohort: Rule = ({ proposal }) =>
  queries(placedSlis(proposal))
    .filter(({ sli, text }) => sli.cohort !== undefined && !text.includes(COHORT))
    .map(({ text, at }) =>
      violation('PROMQL_COHORT', at, text, `a query with ${COHORT}`, `must hold ${COHORT}: the SLI has a cohort`),
    );

/** "`{{window}}` becomes `600s`": over the latest sample alone there is no window to put in. */
export const promqlWindowGiven: Rule = ({ proposal }) =>
  windowedCriteria(criteriaWithSli(proposal))
    .filter(({ criterion, sli }) => criterion.windowSeconds === 0 && hasWindow(sli))
    .map(({ sli, at }) => {
      const message = `must be above 0: the query of \`${sli.id}\` asks for ${WINDOW}`;
      return violation('PROMQL_WINDOW', [...at, 'windowSeconds'], 0, 'above 0', message);
    });

/** `{{cohort}}` and `{{window}}` are all there is: anything else in double braces would reach Prometheus as it stands. */
export const knownPlaceholders: Rule = ({ proposal }) =>
  queries(placedSlis(proposal)).flatMap(({ text, at }) =>
    [...text.matchAll(/\{\{[^{}]*\}\}/g)]
      .map(([placeholder]) => placeholder)
      .filter((placeholder) => placeholder !== COHORT && placeholder !== WINDOW)
      .map((placeholder) =>
        violation(
          'PROMQL_PLACEHOLDER',
          at,
          placeholder,
          `${COHORT} or ${WINDOW}`,
          'holds a placeholder that nothing fills',
        ),
      ),
  );

/** "Windows never reach back before the last change of exposure": a range written into the query does not obey that. */
export const fixedWindowWarning: WarningRule = ({ proposal }) =>
  windowedCriteria(criteriaWithSli(proposal))
    .filter(({ criterion, sli }) => sli.kind === 'promql' && criterion.windowSeconds > 0 && !hasWindow(sli))
    .map(({ criterion, sli, at }) => {
      const message = `changes nothing: the query of \`${sli.id}\` has no ${WINDOW}`;
      return violation('PROMQL_FIXED_WINDOW', [...at, 'windowSeconds'], criterion.windowSeconds, '0', message);
    });

type Query = { readonly sli: Sli; readonly text: string; readonly at: Path };

function queries(slis: readonly PlacedSli[]): readonly Query[] {
  return slis.flatMap(({ sli, at }) => {
    if (sli.kind !== 'promql') return [];
    const asked = { sli, text: sli.query, at: [...at, 'query'] };
    return sli.samples === undefined ? [asked] : [asked, { sli, text: sli.samples, at: [...at, 'samples'] }];
  });
}

const hasWindow = (sli: Sli) =>
  sli.kind === 'promql' && (sli.query.includes(WINDOW) || (sli.samples ?? '').includes(WINDOW));
