import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { featureAnswer } from '../src/demo/sluice/answers.ts';
import { Session } from '../src/demo/sluice/session.ts';
import { introducePeople } from '../src/demo/story/people.ts';
import type { Bench, BenchContext } from './support/bench.ts';
import { median, percentile } from './support/percentile.ts';
import { cpuSecondsOf, peakResidentMegabytesOf, residentMegabytesOf } from './support/processTable.ts';
import { proposalFor } from './support/proposal.ts';
import { ADMIN_TOKEN, type Sluice, startSluice } from './support/sluice.ts';
import { startStub } from './support/stub.ts';

const FEATURE = 'bench-0000';
const DAYS = 30;
const POLL_INTERVAL_SECONDS = 15;
const POLLS = (DAYS * 24 * 3600) / POLL_INTERVAL_SECONDS;
/** A little more than a third of it a stage: the last one is cut off by the end of the period, so that every poll of the month is judged. */
const STAGE_HOURS = DAYS * 8 + 1;
const PING_EVERY_MS = 20;
/** How long answers take where nothing is simulated, on this machine at this moment. */
const QUIET_MS = 10_000;

const resultAnswer = z.object({ outcome: z.string(), decisions: z.array(z.unknown()), stages: z.array(z.unknown()) });

/**
 * A month of polls of a contract with three criteria, by the service as `npm start` runs it: the processor time of its process, which is
 * all but PostgreSQL's and the metric source's. Meanwhile something small is asked of it again and again, as a tick or a rollback would.
 */
export const simulation: Bench = {
  name: 'simulation',
  limits: { timelineCpuSeconds: 20, addedMillisecondsMedian: 20 },
  run: async (context) => {
    await using stub = await startStub(context);
    const setting = { name: 'sluice', prometheusUrl: stub.url, pollIntervalSeconds: POLL_INTERVAL_SECONDS };
    await using sluice = await startSluice(setting, context);
    const people = await introducePeople(sluice.url, ADMIN_TOKEN, context.signal);
    const session = new Session(sluice.url, people.operator, context.signal);
    await session.post('/v1/features', { key: FEATURE }, featureAnswer);
    const idle = residentMegabytesOf(sluice.process.pid);
    const quiet = await answersWhile(sluice, () => sleep(QUIET_MS));
    const timeline = await measured(sluice, session, context);
    return {
      polls: POLLS,
      timelineCpuSeconds: timeline.cpuSeconds,
      timelineSeconds: timeline.seconds,
      timelineMicrosecondsPerPoll: (timeline.cpuSeconds * 1e6) / POLLS,
      addedMillisecondsMedian: Math.max(0, median(timeline.milliseconds) - median(quiet)),
      answerMillisecondsMedian: median(timeline.milliseconds),
      answerMillisecondsP99: percentile(timeline.milliseconds, 0.99),
      answerMillisecondsMax: Math.max(...timeline.milliseconds),
      quietAnswerMillisecondsMedian: median(quiet),
      quietAnswerMillisecondsP99: percentile(quiet, 0.99),
      quietAnswerMillisecondsMax: Math.max(...quiet),
      idleResidentMegabytes: idle,
      residentMegabytesMax: peakResidentMegabytesOf(sluice.process.pid),
    };
  },
};

type Measured = { readonly seconds: number; readonly cpuSeconds: number; readonly milliseconds: readonly number[] };

async function measured(sluice: Sluice, session: Session, context: BenchContext): Promise<Measured> {
  const toMs = Date.now();
  const from = new Date(toMs - POLLS * POLL_INTERVAL_SECONDS * 1000).toISOString();
  const body = { contract: contractOverAMonth(), from, to: new Date(toMs).toISOString(), repetitions: 0 };
  const { pid } = sluice.process;
  const [began, beganCpu] = [performance.now(), cpuSecondsOf(pid)];
  const milliseconds = await answersWhile(sluice, async () => {
    const { outcome, stages } = await session.post('/v1/simulations', body, resultAnswer);
    // One that was over at its first poll would be a quick one, and prove nothing.
    if (outcome !== 'unfinished' || stages.length < 3) throw new Error(`not a month: ${outcome}`);
  });
  const [seconds, cpuSeconds] = [(performance.now() - began) / 1000, cpuSecondsOf(pid) - beganCpu];
  context.say(`a month in ${cpuSeconds.toFixed(1)} s of CPU`);
  return { seconds, cpuSeconds, milliseconds };
}

/** How long each of many small questions took meanwhile. */
async function answersWhile(sluice: Sluice, work: () => Promise<unknown>): Promise<readonly number[]> {
  const over = new AbortController();
  const answers = pinged(sluice, over.signal);
  await work().finally(() => over.abort());
  return answers;
}

async function pinged({ url }: Sluice, over: AbortSignal): Promise<readonly number[]> {
  const milliseconds: number[] = [];
  while (!over.aborted) {
    const began = performance.now();
    await (await fetch(`${url}/livez`)).text();
    milliseconds.push(performance.now() - began);
    await sleep(PING_EVERY_MS);
  }
  return milliseconds;
}

const wedgeSchema = z.looseObject({
  wedgeStages: z.array(z.looseObject({ rollbackTrigger: z.array(z.looseObject({})) })),
});
const contractSchema = z.looseObject({ rolloutWedge: wedgeSchema });

/** The benches' plan, with windows as plans have them and stages that take the month. */
function contractOverAMonth(): object {
  const contract = contractSchema.parse(proposalFor(FEATURE));
  const wide = (criterion: object) => ({ ...criterion, windowSeconds: 600 });
  const wedgeStages = contract.rolloutWedge.wedgeStages.map((stage) => ({
    ...stage,
    durationHours: STAGE_HOURS,
    successCriteria: z.array(z.looseObject({})).parse(stage['successCriteria']).map(wide),
    rollbackTrigger: stage.rollbackTrigger.map(wide),
  }));
  const [first, last] = wedgeStages;
  const half = { ...first, stageId: 'half', audience: 'GENERAL', targetPercentage: 50 };
  return { ...contract, rolloutWedge: { ...contract.rolloutWedge, wedgeStages: [first, half, last] } };
}
