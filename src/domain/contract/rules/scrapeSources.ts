import { criteriaWithSli, placedSlis, windowedCriteria } from '../places.ts';
import type { Rule, Subject } from '../subject.ts';
import { violation } from '../violation.ts';

/** "On a `scrape` source `promql` … refused": no Prometheus server reads the query there. */
export const noPromqlOnScrape: Rule = (subject) =>
  placedSlis(subject.proposal)
    .filter(({ sli }) => sli.kind === 'promql' && isScraped(subject, sli.source))
    .map(({ sli, at }) => {
      const message = `can't be asked of \`${sli.source}\`, which is scraped directly`;
      return violation('SCRAPE_PROMQL', [...at, 'kind'], sli.kind, 'ratio, quantile, count or gauge', message);
    });

/** "On a `scrape` source … `offsetHours` … refused": it keeps no past that long, and none over a restart. */
export const noOffsetOnScrape: Rule = (subject) =>
  windowedCriteria(criteriaWithSli(subject.proposal)).flatMap(({ criterion, sli, at }) => {
    if (criterion.baseline === undefined || !isScraped(subject, sli.source)) return [];
    const found = criterion.baseline.offsetHours;
    const message = `can't be asked of \`${sli.source}\`, which is scraped directly and keeps no past`;
    return [violation('SCRAPE_OFFSET', [...at, 'baseline', 'offsetHours'], found, 'no offset', message)];
  });

const isScraped = ({ sources }: Subject, source: string) => sources.get(source) === 'scrape';
