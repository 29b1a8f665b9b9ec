import type { HttpExchange } from '../../control/ports/httpExchange.ts';
import type { MeasuredAt, MetricSource, SourceState, TimeRange } from '../../control/ports/metricSource.ts';
import { type Counted, type CountQuery, countKey } from '../../domain/health/countQuery.ts';
import { type MeasurementQuery, type Measurements, queryKey, unavailable } from '../../domain/health/measurement.ts';
import { type LevelPoints, type PointsQuery, pointsKey } from '../../domain/health/pointsQuery.ts';
import { PrometheusClient } from './client.ts';
import { countedBy } from './counting.ts';
import type { Plan, VectorAnswer } from './plan.ts';
import { pointsBy } from './points.ts';
import { planOf } from './questionPlan.ts';
import { atInstant, stepsOf } from './rangeSteps.ts';

type Ask<Answer> = (text: string) => Promise<Answer>;
type AnswerTo = (text: string) => VectorAnswer;

const NOT_ASKED: VectorAnswer = { ok: false, detail: 'not asked' };

/** A metric source over a Prometheus server, or anything that speaks its HTTP API. */
export class PrometheusSource implements MetricSource {
  readonly kind = 'prometheus';
  readonly name: string;
  readonly #client: PrometheusClient;

  constructor(name: string, http: HttpExchange) {
    this.name = name;
    this.#client = new PrometheusClient(http);
  }

  /** Nothing happens here but on demand. */
  start(): void {}

  async measure(
    queries: readonly MeasurementQuery[],
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, Measurements>> {
    // A past baseline is the same query at an earlier time, so that the text needs no `offset`.
    const askAt = onceEach((atMs: number) => onceEach((text: string) => this.#client.instant(text, atMs, signal)));
    const answers = queries.map(async (query) => {
      const atMs = nowMs - query.offsetSeconds * 1000;
      return [queryKey(query), await measured(query, atMs, askAt(atMs))] as const;
    });
    return new Map(await Promise.all(answers));
  }

  async count(queries: readonly CountQuery[], signal?: AbortSignal): Promise<ReadonlyMap<string, Counted>> {
    const answers = queries.map(async (query) => {
      const counted = await countedBy(query, (text, atMs) => this.#client.instant(text, atMs, signal));
      return [countKey(query), counted] as const;
    });
    return new Map(await Promise.all(answers));
  }

  async points(
    queries: readonly PointsQuery[],
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, LevelPoints>> {
    const answers = queries.map(async (query) => {
      const points = await pointsBy(query, (text) => this.#client.matrix(text, nowMs, signal));
      return [pointsKey(query), points] as const;
    });
    return new Map(await Promise.all(answers));
  }

  async range(query: MeasurementQuery, range: TimeRange, signal?: AbortSignal): Promise<readonly MeasuredAt[]> {
    const shiftMs = query.offsetSeconds * 1000;
    const past = { ...range, fromMs: range.fromMs - shiftMs, toMs: range.toMs - shiftMs };
    const plan = planOf(query);
    if (typeof plan === 'string') {
      return stepsOf(range).map((atMs) => ({ atMs, measurements: unavailable(query, plan) }));
    }
    const answerAt = await answered(plan.texts, async (text) =>
      atInstant(await this.#client.range(text, past, signal)),
    );
    return stepsOf(range).map((atMs) => {
      const measurements = plan.read((text) => answerAt.get(text)?.(atMs - shiftMs) ?? NOT_ASKED);
      return { atMs, measurements };
    });
  }

  async state(nowMs: number): Promise<SourceState> {
    const answer = await this.#client.answers(nowMs);
    return answer.ok ? { ok: true, detail: 'answers queries' } : { ok: false, detail: answer.detail };
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

async function measured(query: MeasurementQuery, atMs: number, ask: Ask<VectorAnswer>): Promise<Measurements> {
  const plan = planOf(query);
  if (typeof plan === 'string') return unavailable(query, plan);
  const answers = await answered(plan.texts, ask);
  const answerTo: AnswerTo = (text) => answers.get(text) ?? NOT_ASKED;
  const measurements = plan.read(answerTo);
  const lookback = lacksNewest(measurements) ? plan.lookback() : null;
  if (lookback === null) return measurements;
  const sinceMs = atMs - lookback.seconds * 1000;
  return plan.read(answerTo, { answer: await ask(lookback.text), sinceMs });
}

async function answered<Answer>(texts: Plan['texts'], ask: Ask<Answer>): Promise<ReadonlyMap<string, Answer>> {
  return new Map(await Promise.all(texts.map(async (text) => [text, await ask(text)] as const)));
}

/** There are numbers, and their series have ended: how old they are can't be seen at this instant. */
function lacksNewest(measurements: Measurements): boolean {
  return Object.values(measurements).some(
    (measurement) => 'newestSampleAtMs' in measurement && measurement.newestSampleAtMs === null,
  );
}

function onceEach<Question, Answer>(ask: (question: Question) => Answer): (question: Question) => Answer {
  const asked = new Map<Question, Answer>();
  return (question) => {
    const answer = asked.get(question) ?? ask(question);
    asked.set(question, answer);
    return answer;
  };
}
