import manifest from '../package.json' with { type: 'json' };
import type { Application } from '../src/control/application.ts';
import type { FlagView } from '../src/control/flags/flagView.ts';
import type { ServingTelemetry } from '../src/control/ports/telemetry.ts';
import { buildServer } from '../src/http/server.ts';

/** The OpenAPI document of this checkout, as text: what lies beside this file, and what `/openapi.json` answers. */
export async function openApiText(): Promise<string> {
  // A server that is asked nothing needs nothing behind it.
  const flags = { watch: () => () => undefined } as Partial<FlagView> as FlagView;
  const application = { flags } as Partial<Application> as Application;
  const telemetry = { watchStreams: () => undefined } as Partial<ServingTelemetry> as ServingTelemetry;
  const clock = { nowMs: () => 0 };
  const server = buildServer(application, telemetry, { logger: null, clock, version: manifest.version });
  await server.ready();
  const document = server.swagger();
  await server.close();
  return `${JSON.stringify(document, null, 2)}\n`;
}
