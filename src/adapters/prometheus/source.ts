import type { HttpExchange } from '../../control/ports/httpExchange.ts';
import type { MeasuredAt, MetricSource, SourceState, TimeRange } from '../../control/ports/metricSource.ts';
import type { Counted, CountQuery } from '../../domain/health/countQuery.ts';
import { type MeasurementQuery, type Measurements, unavailable } from '../../domain/health/measurement.ts';
import { type LevelPoints, type PointsQuery, pointsKey } from '../../domain/health/pointsQuery.ts';
import { PrometheusClient } from './client.ts';
import { allCountedBy, answered, measuredBy, NOT_ASKED } from './measuring.ts';
import { pointsBy } from './points.ts';
import { planOf } from './questionPlan.ts';
import { atInstant, stepsOf } from './rangeSteps.ts';
import { RecordedAnswers } from './recordedAnswers.ts';
import { RecordedSource } from './recordedSource.ts';

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
    const askAt = onceEach((atMs: number) => onceEach((text: string) => this.#client.instant(text, atMs, signal)));
    return measuredBy(queries, nowMs, (text, atMs) => askAt(atMs)(text));
  }

  async count(queries: readonly CountQuery[], signal?: AbortSignal): Promise<ReadonlyMap<string, Counted>> {
    return allCountedBy(queries, (text, atMs) => this.#client.instant(text, atMs, signal));
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

  recorded(range: TimeRange, signal: AbortSignal): MetricSource {
    return new RecordedSource(this, new RecordedAnswers(this.#client, range, signal));
  }

  async state(nowMs: number): Promise<SourceState> {
    const answer = await this.#client.answers(nowMs);
    return answer.ok ? { ok: true, detail: 'answers queries' } : { ok: false, detail: answer.detail };
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

function onceEach<Question, Answer>(ask: (question: Question) => Answer): (question: Question) => Answer {
  const asked = new Map<Question, Answer>();
  return (question) => {
    const answer = asked.get(question) ?? ask(question);
    asked.set(question, answer);
    return answer;
  };
}
