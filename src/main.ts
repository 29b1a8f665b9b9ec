import './nodeVersionGuard.js';
import { compose, type Log, openLog, type Sluice } from './compose.ts';
import { type Config, readConfig } from './config.ts';

const read = await readConfig();
if (read.ok) await serve(read.config);
else refuse(read.mistakes.map(({ variable, message }) => `${variable}: ${message}`));

async function serve(config: Config): Promise<void> {
  const log = openLog(config);
  const sluice = await compose(config, log).catch((error: unknown) => giveUp(log, error));
  if (sluice === null) return;
  if (sluice.madeAdminToken !== null) tell(`ADMIN_TOKEN (shown this once): ${sluice.madeAdminToken}`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(sluice, signal));
  await sluice.start().catch(async (error: unknown) => {
    giveUp(log, error);
    await sluice.stop();
  });
}

function giveUp(log: Log, error: unknown): null {
  log.error({ err: error }, 'Sluice could not start');
  process.exitCode = 1;
  return null;
}

/** Finishes the ticks and requests under way. The process then ends by itself: nothing is left open. */
async function stop(sluice: Sluice, signal: string): Promise<void> {
  sluice.server.log.info({ signal }, 'stopping');
  await sluice.stop();
  sluice.server.log.info('stopped');
}

function refuse(mistakes: readonly string[]): void {
  tell(['The configuration has mistakes:', ...mistakes.map((mistake) => `  ${mistake}`)].join('\n'));
  process.exitCode = 1;
}

/** Not through the log: a token must not end up where logs do. */
function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
