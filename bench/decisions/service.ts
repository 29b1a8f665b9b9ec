import type { Random } from '../../src/domain/simulation/random.ts';
import type { ArmCounts, PollCounts } from '../../src/domain/statistics/armCounts.ts';
import { armTraffic } from './armTraffic.ts';
import type { Cell } from './cell.ts';
import { normal } from './draws.ts';
import { POLLS_PER_DAY, POLLS_PER_HOUR, POLLS_PER_MINUTE } from './polling.ts';

/** Sessions are over before the first poll is looked at: it begins with others' requests. */
const WARM_UP_POLLS = 12;
const WINDOW_POLLS = 10 * POLLS_PER_MINUTE;
const CYCLE_AMPLITUDE = 0.5;
/** The logarithm of the usual rate wanders about its mean by this much, and forgets within this time. */
const DRIFT_DEVIATION = 0.3;
const DRIFT_POLLS = 2 * POLLS_PER_HOUR;

/** What the hour makes of the mean traffic and the usual rate of a cell: one step per poll. */
function conditions({ requests, usualRate, dailyCycle, drifts }: Cell, random: Random) {
  let phase = Math.floor(random() * POLLS_PER_DAY);
  let drift = DRIFT_DEVIATION * normal(random);
  const keeps = Math.exp(-1 / DRIFT_POLLS);
  const adds = DRIFT_DEVIATION * Math.sqrt(1 - keeps ** 2);
  return () => {
    phase += 1;
    if (drifts) drift = keeps * drift + adds * normal(random);
    const cycle = dailyCycle ? 1 + CYCLE_AMPLITUDE * Math.sin((2 * Math.PI * phase) / POLLS_PER_DAY) : 1;
    return { requests: requests * cycle, rate: drifts ? usualRate * Math.exp(drift) : usualRate };
  };
}

/** A day of the whole service before the release, in windows of ten minutes. */
export function historyOf(cell: Cell, random: Random): readonly ArmCounts[] {
  const now = conditions(cell, random);
  const service = armTraffic(cell.arrivals, random);
  const windows: ArmCounts[] = [];
  for (let poll = -WARM_UP_POLLS; poll < 0; poll += 1) service(2 * cell.requests, cell.usualRate);
  while (windows.length < POLLS_PER_DAY / WINDOW_POLLS) {
    let [total, bad] = [0, 0];
    for (let poll = 0; poll < WINDOW_POLLS; poll += 1) {
      const { requests, rate } = now();
      const counts = service(2 * requests, rate);
      total += counts.total;
      bad += counts.bad;
    }
    windows.push({ total, bad });
  }
  return windows;
}

/** The polls of a release. Both arms are of one size and live under the same conditions; only the treatment may have a fault. */
export function releaseOf(cell: Cell, random: Random): () => PollCounts {
  const now = conditions(cell, random);
  const [treatment, control] = [armTraffic(cell.arrivals, random), armTraffic(cell.arrivals, random)];
  for (let poll = -WARM_UP_POLLS; poll < 0; poll += 1) {
    treatment(cell.requests, cell.usualRate);
    control(cell.requests, cell.usualRate);
  }
  const { fault } = cell;
  let poll = 0;
  return () => {
    const { requests, rate } = now();
    const treatmentRate = fault !== null && poll >= fault.fromPoll ? fault.rate : rate;
    poll += 1;
    return { treatment: treatment(requests, treatmentRate), control: control(requests, rate) };
  };
}
