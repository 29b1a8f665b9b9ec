import { Publisher } from '../../../src/control/flags/publisher.ts';
import type { FeatureDefinition } from '../../../src/domain/feature/feature.ts';
import type { Exposure, FlagDocument } from '../../../src/domain/feature/flagDocument.ts';
import type { EntryType } from '../../../src/domain/ledger/entry.ts';
import { butFor } from '../../support/simulatedInstallation.ts';
import type { Broken } from './setting.ts';

/** Shows twice as many as the ledger says. */
class GenerousPublisher extends Publisher {
  override publish(definition: FeatureDefinition, exposure: Exposure): Promise<boolean> {
    const grants = exposure.grants.map((grant) => ({ ...grant, threshold: Math.min(100_000, grant.threshold * 2) }));
    return super.publish(definition, { ...exposure, grants });
  }
}

/** Leaves closing to the next reconciliation, and says that it is done. */
class LazyPublisher extends Publisher {
  override async closeDocument({ version }: FlagDocument): Promise<number> {
    return version;
  }
}

/** Forgets that single workspaces have a say. */
class CarelessPublisher extends Publisher {
  override publish(definition: FeatureDefinition, exposure: Exposure): Promise<boolean> {
    return super.publish(definition, { ...exposure, caps: {} });
  }
}

/** A ledger that loses what it is told of one kind, and says nothing of it. */
const losing =
  (lost: EntryType): Broken =>
  ({ kept }) => ({
    kept: {
      ...kept,
      ledger: butFor(kept.ledger, {
        append: (append) =>
          kept.ledger.append({ ...append, drafts: append.drafts.filter(({ type }) => type !== lost) }),
      }),
    },
  });

export const BROKEN: Readonly<Record<string, Broken>> = {
  'shows more than the ledger says': () => ({ publisher: (deps) => new GenerousPublisher(deps) }),
  'closes later than it says': () => ({ publisher: (deps) => new LazyPublisher(deps) }),
  'publishes without the caps of workspaces': () => ({ publisher: (deps) => new CarelessPublisher(deps) }),
  'loses the audits': losing('audited'),
  'loses the ends of overrides': losing('overrideRemoved'),
  'loses the removals of exposure': losing('exposureRemoved'),
};
