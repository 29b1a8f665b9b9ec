import { featureAnswer } from '../src/demo/sluice/answers.ts';
import { Session } from '../src/demo/sluice/session.ts';
import { introducePeople } from '../src/demo/story/people.ts';
import type { Bench } from './support/bench.ts';
import { median } from './support/percentile.ts';
import { residentMegabytesOf } from './support/processTable.ts';
import { ADMIN_TOKEN, startSluice } from './support/sluice.ts';
import { Streams } from './support/streams.ts';

const STREAMS = 5000;
const CHANGES = 9;

/**
 * So many open streams in one process, each a socket of its own: what one costs, and how long from the request that changes something until
 * the last of them has heard. The readers have a core of their own; what they take is in the time.
 */
export const streams: Bench = {
  name: 'streams',
  limits: { heardSecondsMedian: 1 },
  run: async (context) => {
    // Nothing is measured there, so nobody need answer.
    const setting = { name: 'sluice', prometheusUrl: 'http://127.0.0.1:9', pollIntervalSeconds: 15 };
    await using sluice = await startSluice(setting, context);
    const people = await introducePeople(sluice.url, ADMIN_TOKEN, context.signal);
    const operator = new Session(sluice.url, people.operator, context.signal);
    const before = residentMegabytesOf(sluice.process.pid);
    const began = performance.now();
    await using open = await Streams.open(STREAMS, sluice.url, people.shop);
    const openSeconds = (performance.now() - began) / 1000;
    const megabytes = residentMegabytesOf(sluice.process.pid) - before;
    const heard: number[] = [];
    for (let change = 1; change <= CHANGES; change += 1) {
      const changed = performance.now();
      await operator.post('/v1/features', { key: `bench-${change}` }, featureAnswer);
      await open.told(change + 1);
      heard.push((performance.now() - changed) / 1000);
    }
    return {
      streams: STREAMS,
      openSeconds,
      kilobytesPerStream: (megabytes * 1000) / STREAMS,
      heardSecondsMedian: median(heard),
      heardSecondsMax: Math.max(...heard),
    };
  },
};
