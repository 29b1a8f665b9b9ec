import { type StubAnswer, type StubPrometheus, startStubPrometheus, vector } from './stubPrometheus.ts';

/** The SLI that {@link ReleaseMetrics} answers: the share of failing requests of a feature, as a Prometheus would have it. */
export function errorShareOf(feature: string, source: string) {
  return {
    id: 'error_share',
    kind: 'promql',
    source,
    direction: 'lower',
    query: `error_share{feature="${feature}"}`,
    samples: `requests{feature="${feature}"}`,
  };
}

type Gate = { readonly open: Promise<void>; readonly release: () => void };

/** A Prometheus by whose answers releases are as good or as bad as a test says. Disposal ends it. */
export class ReleaseMetrics implements AsyncDisposable {
  readonly #stub: StubPrometheus;
  readonly #shares = new Map<string, number>();
  #malady: StubAnswer | null = null;
  #gate: Gate | null = null;
  #waiting = 0;

  static async start(): Promise<ReleaseMetrics> {
    return new ReleaseMetrics(await startStubPrometheus());
  }

  private constructor(stub: StubPrometheus) {
    this.#stub = stub;
    stub.answer(async ({ form }) => this.#answerTo(form.get('query') ?? ''));
  }

  /** As in `METRIC_SOURCES`. */
  get address(): string {
    return `prometheus+http://${this.#stub.host}`;
  }

  /** Of 127.0.0.1. */
  get port(): number {
    return Number(this.#stub.host.split(':')[1]);
  }

  /** Requests that were not let go yet. */
  get held(): number {
    return this.#waiting;
  }

  /** From now on so many of the feature's requests fail; none at first. */
  fail(feature: string, share: number): void {
    this.#shares.set(feature, share);
  }

  /** From now on every question is answered like this; null: as it should be. */
  answer(malady: StubAnswer | null): void {
    this.#malady = malady;
  }

  /** Questions wait until they are let go. */
  hold(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = { open: promise, release: resolve };
  }

  letGo(): void {
    this.#gate?.release();
    this.#gate = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.letGo();
    await this.#stub.stop();
  }

  async #answerTo(query: string): Promise<StubAnswer> {
    if (this.#gate !== null) {
      this.#waiting += 1;
      await this.#gate.open;
      this.#waiting -= 1;
    }
    if (this.#malady !== null) return this.#malady;
    const feature = /^error_share\{feature="(.*)"\}$/.exec(query)?.[1];
    return vector([{ value: String(feature === undefined ? 1000 : (this.#shares.get(feature) ?? 0)) }]);
  }
}
