import { describe } from 'vitest';
import { countingObligations, metricSourceCounts } from '../contracts/countingSource.ts';
import { metricSourceObligations, metricSourceReadings } from '../contracts/metricSource.ts';
import { metricSourcePoints, pointsObligations } from '../contracts/pointsSource.ts';
import { openScraped } from '../support/scrapedWorld.ts';

describe('the scrape source', () => {
  metricSourceObligations(openScraped);
  metricSourceReadings(openScraped);
  countingObligations(openScraped);
  metricSourceCounts(openScraped);
  pointsObligations(openScraped);
  metricSourcePoints(openScraped);
});
