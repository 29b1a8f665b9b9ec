import type { LevelCriterion } from '../../health/criterion.ts';
import { isGauge } from '../../health/pointsQuery.ts';
import type { Proposal } from '../contract.ts';
import { criteriaWithSli } from '../places.ts';
import type { Rule, WarningRule } from '../subject.ts';
import { violation } from '../violation.ts';

/** How often services are scraped where nobody has said otherwise. */
const USUAL_SCRAPE_SECONDS = 15;

function levelCriteria(proposal: Proposal) {
  return criteriaWithSli(proposal).flatMap(({ criterion, ...placed }) =>
    criterion.compare === 'mannWhitney' ? [{ ...placed, criterion: criterion satisfies LevelCriterion }] : [],
  );
}

/** Levels are compared point by point: of counters there are increases, and of a query one number. */
export const levelsOfGauges: Rule = ({ proposal }) =>
  levelCriteria(proposal)
    .filter(({ sli }) => !isGauge(sli))
    .map(({ sli, at }) => {
      const allowed = 'an SLI of kind gauge, or another `compare`';
      const message = `compares the points of a gauge, and \`${sli.id}\` is a ${sli.kind}`;
      return violation('MANN_WHITNEY_SLI', [...at, 'compare'], 'mannWhitney', allowed, message);
    });

/** "at least 8 per arm": a window that never holds as many points of one series is never judged where there is but one. */
export const shortWindowWarning: WarningRule = ({ proposal }) =>
  levelCriteria(proposal).flatMap(({ criterion, at }) => {
    const { windowSeconds, minSamples } = criterion;
    const needed = minSamples * USUAL_SCRAPE_SECONDS;
    if (windowSeconds >= needed) return [];
    const message = `holds fewer than ${minSamples} points of a series that is scraped every ${USUAL_SCRAPE_SECONDS} s`;
    const place = [...at, 'windowSeconds'];
    return [violation('MANN_WHITNEY_WINDOW', place, windowSeconds, `at least ${needed}`, message)];
  });

/** A fixed-sample test that is looked at over and over ends by finding something; of a gauge that remembers at any `consecutive`. */
export const repeatedLooksWarning: WarningRule = ({ proposal }) =>
  levelCriteria(proposal).flatMap(({ criterion, at }) => {
    if (!('severity' in criterion) || criterion.severity !== 'rollback' || criterion.dryRun) return [];
    const message =
      'is looked at in each poll: unless points are independent, chance alone rolls healthy releases back';
    return [violation('MANN_WHITNEY_REPEATED', [...at, 'severity'], 'rollback', '`pause` or `alert`', message)];
  });
