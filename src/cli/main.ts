import { ledgerExportCommand } from './ledgerExportCommand.ts';
import { simulateCommand } from './simulateCommand.ts';
import { EXIT, type Exit, Refused, type Terminal, Unusable } from './terminal.ts';
import { verifyCommand } from './verifyCommand.ts';

const USAGE = `sluice verify FILE [--json] [--head HASH]
    Checks an exported ledger, offline. - reads standard input; --head: some entry must have this hash, noted elsewhere.
    Exit code 0 PASS, 1 FAIL, 3 INCONCLUSIVE, 2 where it could not be read.
sluice ledger export FEATURE [--format jsonl|md] [--out FILE]
sluice ledger export --installation [--format jsonl|md] [--out FILE]
    A whole chain from the Sluice at SLUICE_URL (http://127.0.0.1:8080), with the token in SLUICE_TOKEN.
sluice simulate FILE [--from TIME] [--to TIME] [--source NAME] [--as recorded|split] [--repetitions N] [--seed TEXT] [--json]
    Tries the contract in FILE on a past period: what the Sluice at SLUICE_URL would have decided, and how often wrongly.
    Exit code 0 where it would have completed, 1 rolled back or paused, 3 where the period ended first, 2 where it was refused.
`;

async function run([command, ...args]: readonly string[], terminal: Terminal): Promise<Exit> {
  if (command === 'verify') return verifyCommand(args, terminal);
  if (command === 'ledger' && args[0] === 'export') return ledgerExportCommand(args.slice(1), terminal);
  if (command === 'simulate') return simulateCommand(args, terminal);
  if (command !== '--help') throw new Unusable(command === undefined ? 'say what to do' : 'there is no such command');
  await terminal.write(USAGE);
  return EXIT.pass;
}

/** What the person can do something about is said in a line; anything else is a mistake of ours, and keeps its stack. */
function complaintOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Unusable) return `${error.message}\n\n${USAGE}`;
  const isKnown = error instanceof Refused || 'code' in error || error.cause instanceof Error;
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return isKnown ? `${error.message}${cause}\n` : `${error.stack}\n`;
}

const written = ({ promise, resolve, reject }: PromiseWithResolvers<void>, text: string | Uint8Array) => {
  process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  return promise;
};

const terminal: Terminal = {
  write: (text) => written(Promise.withResolvers(), text),
  say: (text) => void process.stderr.write(text),
  standardInput: process.stdin,
  environment: process.env,
};
// Whoever reads us has gone; `write` says so too, and ends the command.
process.stdout.on('error', () => {});
process.exitCode = await run(process.argv.slice(2), terminal).catch((error: unknown) => {
  terminal.say(complaintOf(error));
  return EXIT.unusable;
});
