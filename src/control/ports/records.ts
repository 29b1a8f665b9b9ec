import type { AcknowledgementRegister } from './acknowledgementRegister.ts';
import type { ContractRegister } from './contractRegister.ts';
import type { FeatureRegister } from './featureRegister.ts';
import type { IdempotencyRegister } from './idempotencyRegister.ts';
import type { InstallationRegister } from './installationRegister.ts';
import type { Ledger } from './ledger.ts';
import type { Outbox } from './outbox.ts';
import type { ProjectionReader } from './projectionReader.ts';
import type { RolloutRegister } from './rolloutRegister.ts';
import type { TokenRegister } from './tokenRegister.ts';
import type { WaiverRegister } from './waiverRegister.ts';

/** Where records lie; all of it written by `Ledger.append` or its own register, read by all. */
export type Records = {
  readonly ledger: Ledger;
  readonly features: FeatureRegister;
  readonly contracts: ContractRegister;
  readonly waivers: WaiverRegister;
  readonly rollouts: RolloutRegister;
  readonly installation: InstallationRegister;
  readonly tokens: TokenRegister;
  readonly idempotency: IdempotencyRegister;
  readonly outbox: Outbox;
  readonly projections: ProjectionReader;
  readonly acknowledgements: AcknowledgementRegister;
};
