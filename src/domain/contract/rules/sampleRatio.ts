import { placedSlis } from '../places.ts';
import type { Rule, WarningRule } from '../subject.ts';
import { violation } from '../violation.ts';

const AT = ['sampleRatio'];

/** "On new distinct units where there is such a metric, else on requests": one of both, and said which. */
export const sampleRatioCounts: Rule = ({ proposal: { sampleRatio } }) => {
  if (sampleRatio === undefined) return [];
  if ((sampleRatio.units === undefined) !== (sampleRatio.requestsOf === undefined)) return [];
  const allowed = 'one of `units` and `requestsOf`';
  return [violation('SAMPLE_RATIO_COUNTS', AT, sampleRatio, allowed, `needs ${allowed}`)];
};

/** Only a ratio counts requests, and only one with a cohort tells the arms apart. */
export const sampleRatioSli: Rule = ({ proposal }) => {
  const named = proposal.sampleRatio?.requestsOf;
  const isCounted = placedSlis(proposal).some(
    ({ sli }) => sli.id === named && sli.kind === 'ratio' && sli.cohort !== undefined,
  );
  if (named === undefined || isCounted) return [];
  const allowed = 'a ratio SLI of this contract with `cohort`';
  return [violation('SAMPLE_RATIO_SLI', [...AT, 'requestsOf'], named, allowed, `must name ${allowed}`)];
};

/** Requests of one user come together, and some users ask for much more than others: by them nearly every split is found wrong. */
export const requestsWarning: WarningRule = ({ proposal: { sampleRatio } }) => {
  if (sampleRatio?.requestsOf === undefined || sampleRatio.action === 'alert') return [];
  const message =
    'counts requests, which are no people: unless each is of another user, a healthy split is found wrong';
  return [violation('SAMPLE_RATIO_REQUESTS', [...AT, 'requestsOf'], sampleRatio.requestsOf, '`units`', message)];
};

/** "`source` names a metric source of the installation" */
export const sampleRatioSource: Rule = ({ proposal, sources }) => {
  const source = proposal.sampleRatio?.units?.source;
  if (source === undefined || sources.has(source)) return [];
  const allowed = `one of ${[...sources.keys()].join(', ')}`;
  const message = 'must be a metric source of this installation';
  return [violation('SOURCE_UNKNOWN', [...AT, 'units', 'source'], source, allowed, message)];
};
