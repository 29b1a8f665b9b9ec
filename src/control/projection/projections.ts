import { type CompletionReport, completionReport } from '../../domain/projection/completion.ts';
import { type CustomerView, customerView } from '../../domain/projection/customer.ts';
import { type EffectivenessReport, effectivenessReport, type Period } from '../../domain/projection/effectiveness.ts';
import { type FounderView, founderView } from '../../domain/projection/founder.ts';
import type { RolloutRecords } from '../../domain/projection/rolloutRecords.ts';
import type { ListedView, ProjectionDesk } from '../governanceDesks.ts';
import type { Clock } from '../ports/clock.ts';
import type { ListedRange, ProjectionReader } from '../ports/projectionReader.ts';
import { Refusal } from '../refusal.ts';

export type ProjectionsDeps = { readonly projections: ProjectionReader; readonly clock: Clock };

/** What people are shown of the record. Reads frozen values; has nothing to write with (ROLLOUT-001). */
export class Projections implements ProjectionDesk {
  readonly #deps: ProjectionsDeps;

  constructor(deps: ProjectionsDeps) {
    this.#deps = deps;
  }

  async founder(rolloutId: string): Promise<FounderView> {
    return founderView(await this.#rollout(rolloutId));
  }

  async completion(rolloutId: string): Promise<CompletionReport> {
    const report = completionReport(await this.#rollout(rolloutId));
    if (report !== null) return report;
    throw new Refusal('COMPLETION_REQUIRES_PASS', 'the rollout is not complete, or its audit does not say PASS');
  }

  async customer(feature: string): Promise<CustomerView> {
    const records = await this.#deps.projections.customer(feature);
    const view = records === null ? null : customerView(records, this.#deps.clock.nowMs());
    // The same words whether it exists and is not announced, or does not exist.
    if (view === null) throw new Refusal('NOT_FOUND', 'nothing is known of this');
    return view;
  }

  async customers(range: ListedRange): Promise<readonly ListedView[]> {
    const nowMs = this.#deps.clock.nowMs();
    const listed = await this.#deps.projections.customers(range);
    return listed.map(({ position, records }) => ({ position, view: customerView(records, nowMs) }));
  }

  async effectiveness(period: Period, features: readonly string[] | null): Promise<EffectivenessReport> {
    return effectivenessReport(await this.#deps.projections.happenings(period, features), period);
  }

  async #rollout(id: string): Promise<RolloutRecords> {
    const records = await this.#deps.projections.rollout(id);
    if (records === null) throw new Refusal('NOT_FOUND', 'no such rollout');
    return records;
  }
}
