import type { Matcher } from '../../domain/health/selector.ts';
import { wholeMatch } from './wholeMatch.ts';

/**
 * True for labels that satisfy all the matchers; a label that is not there is empty, as in Prometheus.
 *
 * @throws UnsupportedRegexError where a regular expression can't be matched here.
 */
export function labelMatch(matchers: readonly Matcher[]): (labels: ReadonlyMap<string, string>) => boolean {
  const tests = matchers.map(({ label, operator, value }) => {
    const test = operator === '=' || operator === '!=' ? (text: string) => text === value : wholeMatch(value);
    const wanted = operator === '=' || operator === '=~';
    return (labels: ReadonlyMap<string, string>) => test(labels.get(label) ?? '') === wanted;
  });
  return (labels) => tests.every((test) => test(labels));
}
