import { describe, expect, onTestFinished, test } from 'vitest';
import { scratchFolder } from '../../src/demo/process/scratchFolder.ts';
import { plainScreen } from '../../src/demo/screen/plainScreen.ts';
import type { InstallationOptions } from '../../src/demo/story/installation.ts';
import type { Outcome } from '../../src/demo/story/outcome.ts';
import { runStory } from '../../src/demo/story/story.ts';
import { leftBehindIn } from '../support/leftBehind.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { startRedis } from '../support/redis.ts';

const LONGEST_MS = 240_000;

type Between = Pick<InstallationOptions, 'metricSource' | 'redisUrl'>;

/** The story as `npm run demo` tells it; it leaves no process and no socket behind. */
async function storyWith(between: Between): Promise<readonly Outcome[]> {
  await using folder = await scratchFolder(false);
  const told: string[] = [];
  onTestFinished(({ task }) => {
    if (task.result?.state === 'fail') console.log(told.join('\n'));
  });
  const screen = plainScreen((line) => told.push(line));
  const outcomes = await runStory({
    folder: folder.path,
    ...between,
    signal: AbortSignal.timeout(LONGEST_MS - 30_000),
    screen,
  });
  expect(await leftBehindIn(folder.path)).toEqual([]);
  return outcomes;
}

const scraped: Between['metricSource'] = (shopUrl) => `scrape+${shopUrl}/metrics`;

/** The shop's books, the ledger and the salt say the same of every user, at every exposure. */
function expectAsItMust([good, bad]: readonly Outcome[]): void {
  expect(good).toMatchObject({ wedgeState: 'COMPLETE', largestPercentage: 100, isAsItMust: true, failedLookups: 0 });
  expect(good?.exactness).toMatchObject({ met: 600, expected: 600, discrepancies: [] });
  expect(bad).toMatchObject({ wedgeState: 'ROLLED_BACK', isAsItMust: true, failedLookups: 0 });
  expect(bad?.exactness).toMatchObject({ met: bad?.exactness.expected, discrepancies: [] });
  expect(bad?.exactness.met).toBeGreaterThan(0);
  expect(bad?.exactness.met).toBeLessThan(600);
}

describe('a good release goes to everyone and a bad one is taken back,', { timeout: LONGEST_MS }, () => {
  test('measured by a Prometheus that scrapes the shop', async () => {
    let stop = async () => {};
    onTestFinished(() => stop());
    const outcomes = await storyWith({
      metricSource: async (shopUrl) => {
        const server = await startPrometheus({ targets: [new URL(shopUrl).host], scrapeIntervalMs: 1000 });
        stop = server.stop;
        return `prometheus+${server.url}`;
      },
    });
    expectAsItMust(outcomes);
  });

  test('its flags kept in a Redis', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    expectAsItMust(await storyWith({ metricSource: scraped, redisUrl: redis.url }));
  });
});
