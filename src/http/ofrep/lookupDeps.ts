import type { Application, TokenDesk } from '../../control/application.ts';
import { FeatureOrder } from '../../control/flags/featureOrder.ts';
import type { FlagView } from '../../control/flags/flagView.ts';
import type { ServingTelemetry } from '../../control/ports/telemetry.ts';
import { AnswerTexts } from './answerText.ts';

/** What a lookup is answered from; all of it in memory. */
export type LookupDeps = {
  readonly flags: FlagView;
  readonly order: FeatureOrder;
  readonly telemetry: ServingTelemetry;
  readonly tokens: TokenDesk;
  readonly texts: AnswerTexts;
};

export function lookupDeps({ flags, tokens }: Application, telemetry: ServingTelemetry): LookupDeps {
  return { flags, order: new FeatureOrder(flags), tokens, telemetry, texts: new AnswerTexts() };
}
