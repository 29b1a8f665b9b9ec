import { type Counted, type CountQuery, countKey } from '../../domain/health/countQuery.ts';
import { type MeasurementQuery, type Measurements, queryKey, unavailable } from '../../domain/health/measurement.ts';
import { countedBy } from './counting.ts';
import type { Plan, VectorAnswer } from './plan.ts';
import { planOf } from './questionPlan.ts';

/** What a query would answer, or has answered, at an instant that lies so far before now. */
export type AskAt = (text: string, atMs: number, offsetSeconds: number) => Promise<VectorAnswer>;

export const NOT_ASKED: VectorAnswer = { ok: false, detail: 'not asked' };

/** Every question by its key, as of one instant. A past baseline is the same query at an earlier time, so that the text needs no `offset`. */
export async function measuredBy(
  queries: readonly MeasurementQuery[],
  nowMs: number,
  ask: AskAt,
  planFor: (query: MeasurementQuery) => Plan | string = planOf,
): Promise<ReadonlyMap<string, Measurements>> {
  const answers = queries.map(async (query) => {
    const { offsetSeconds } = query;
    const atMs = nowMs - offsetSeconds * 1000;
    return [
      queryKey(query),
      await measured(query, planFor(query), atMs, (text) => ask(text, atMs, offsetSeconds)),
    ] as const;
  });
  return new Map(await Promise.all(answers));
}

/** Every question by its key. */
export async function allCountedBy(queries: readonly CountQuery[], ask: AskAt): Promise<ReadonlyMap<string, Counted>> {
  const answers = queries.map(
    async (query) => [countKey(query), await countedBy(query, (text, atMs) => ask(text, atMs, 0))] as const,
  );
  return new Map(await Promise.all(answers));
}

async function measured(
  query: MeasurementQuery,
  plan: Plan | string,
  atMs: number,
  ask: (text: string) => Promise<VectorAnswer>,
): Promise<Measurements> {
  if (typeof plan === 'string') return unavailable(query, plan);
  const answers = await answered(plan.texts, ask);
  const answerTo = (text: string) => answers.get(text) ?? NOT_ASKED;
  const measurements = plan.read(answerTo);
  const lookback = lacksNewest(measurements) ? plan.lookback() : null;
  if (lookback === null) return measurements;
  const sinceMs = atMs - lookback.seconds * 1000;
  return plan.read(answerTo, { answer: await ask(lookback.text), sinceMs });
}

export async function answered<Answer>(
  texts: Plan['texts'],
  ask: (text: string) => Promise<Answer>,
): Promise<ReadonlyMap<string, Answer>> {
  return new Map(await Promise.all(texts.map(async (text) => [text, await ask(text)] as const)));
}

/** There are numbers, and their series have ended: how old they are can't be seen at this instant. */
function lacksNewest(measurements: Measurements): boolean {
  return Object.values(measurements).some(
    (measurement) => 'newestSampleAtMs' in measurement && measurement.newestSampleAtMs === null,
  );
}
