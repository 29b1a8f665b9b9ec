import './nodeVersionGuard.js';
import { flushCompileCache } from 'node:module';
import { compose, type Log, mistakeIn, openLog, type Sluice } from './compose.ts';
import { type Config, readConfig } from './config.ts';

const read = await readConfig();
if (read.ok) await serve(read.config);
else refuse(read.mistakes.map(({ variable, message }) => `${variable}: ${message}`));

async function serve(config: Config): Promise<void> {
  const log = openLog(config);
  const asked = stopAsked(log);
  const sluice = await compose(config, log, tellAdminToken).catch((error: unknown) => giveUp(log, error));
  if (sluice === null) return;
  const started = await sluice.start().catch((error: unknown) => giveUp(log, error));
  // Now, and not only at the end: whoever is killed starts again, and should do it fast.
  flushCompileCache();
  if (started !== null) await asked;
  await stop(sluice, log);
}

/** Heard from the very beginning and more than once: an unheard signal would end the process and leave its database behind. */
function stopAsked(log: Log): Promise<void> {
  return new Promise((resolve) => {
    const hear = (signal: NodeJS.Signals) => {
      log.info({ signal }, 'asked to stop');
      resolve();
    };
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, hear);
  });
}

/** Finishes the ticks and requests under way. The process then ends by itself: nothing is left open. */
async function stop(sluice: Sluice, log: Log): Promise<void> {
  await sluice.stop();
  log.info('stopped');
}

function tellAdminToken(token: string): void {
  tell(`ADMIN_TOKEN (shown this once): ${token}`);
}

function giveUp(log: Log, error: unknown): null {
  const mistake = mistakeIn(error);
  if (mistake !== null) refuse([mistake]);
  log.error({ err: error }, 'Sluice could not start');
  process.exitCode = 1;
  return null;
}

function refuse(mistakes: readonly string[]): void {
  tell(['The configuration has mistakes:', ...mistakes.map((mistake) => `  ${mistake}`)].join('\n'));
  process.exitCode = 1;
}

/** Not through the log: a token must not end up where logs do. */
function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
