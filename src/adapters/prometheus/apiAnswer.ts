import { z } from 'zod';

/** One series at one instant. */
export type VectorSample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };
/** One series over time, oldest first: the times in epoch ms, and the value at each. An object a point would be most of what a range costs. */
export type RangeSeries = {
  readonly labels: Readonly<Record<string, string>>;
  readonly atMs: Float64Array;
  readonly values: Float64Array;
};

/** Seconds with a fraction, then the value as text, so that NaN and infinities travel. */
const pointSchema = z.tuple([z.number(), z.string().transform(toNumber)]);
const pointsSchema = z.custom<readonly [number, string][]>(isPoints);
const labelsSchema = z.record(z.string(), z.string());
const warningsSchema = z.array(z.string()).default([]);

/** An answer of `/api/v1/query`; a scalar is one sample without labels. */
export const instantAnswerSchema = z.object({
  status: z.literal('success'),
  warnings: warningsSchema,
  data: z.discriminatedUnion('resultType', [
    z
      .object({
        resultType: z.literal('vector'),
        result: z.array(z.object({ metric: labelsSchema, value: pointSchema })),
      })
      .transform(({ result }) =>
        result.map(({ metric, value: [, value] }): VectorSample => ({ labels: metric, value })),
      ),
    z
      .object({ resultType: z.literal('scalar'), result: pointSchema })
      .transform(({ result: [, value] }): readonly VectorSample[] => [{ labels: {}, value }]),
  ]),
});

/** An answer of `/api/v1/query_range`, or of `/api/v1/query` to a range selector. */
export const matrixAnswerSchema = z.object({
  status: z.literal('success'),
  warnings: warningsSchema,
  data: z
    .object({
      resultType: z.literal('matrix'),
      result: z.array(z.object({ metric: labelsSchema, values: pointsSchema })),
    })
    .transform(({ result }) =>
      result.map(
        ({ metric, values }): RangeSeries => ({
          labels: metric,
          atMs: Float64Array.from(values, ([seconds]) => Math.round(seconds * 1000)),
          values: Float64Array.from(values, ([, text]) => toNumber(text)),
        }),
      ),
    ),
});

export const errorAnswerSchema = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });

function isPoints(values: unknown): boolean {
  return (
    Array.isArray(values) &&
    values.every((point) => Array.isArray(point) && typeof point[0] === 'number' && typeof point[1] === 'string')
  );
}

function toNumber(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return text === '' ? Number.NaN : Number(text);
}
