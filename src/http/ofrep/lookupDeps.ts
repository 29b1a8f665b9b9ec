import type { TokenDesk } from '../../control/application.ts';
import type { FeatureOrder } from '../../control/flags/featureOrder.ts';
import type { FlagView } from '../../control/flags/flagView.ts';
import type { ServingTelemetry } from '../../control/ports/telemetry.ts';
import type { AnswerTexts } from './answerText.ts';
import type { AwaitedConfiguration } from './awaitedConfiguration.ts';

/** What a lookup is answered from; all of it in memory. */
export type LookupDeps = {
  readonly flags: FlagView;
  readonly order: FeatureOrder;
  readonly telemetry: ServingTelemetry;
  readonly tokens: TokenDesk;
  readonly texts: AnswerTexts;
  readonly awaited: AwaitedConfiguration;
};
