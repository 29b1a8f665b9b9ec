// `npm run demo`, with `-- --keep` to leave it running.

import { invitation, verdictOn, whatWentWrong } from './farewell.ts';
import { parseOptions } from './options.ts';
import { scratchFolder } from './process/scratchFolder.ts';
import { stopRequested } from './process/stopRequested.ts';
import { liveScreen } from './screen/liveScreen.ts';
import { plainScreen } from './screen/plainScreen.ts';
import { runStory } from './story/story.ts';

const LONGEST_MS = 175_000;
const FAILED = 1;
const INTERRUPTED = 130;
/** Of a terminal that does not tell its width. */
const NARROW_COLUMNS = 80;

const { keep } = parseOptions(process.argv.slice(2));
const interrupted = new AbortController();
const stopped = stopRequested().then(() => interrupted.abort(new Error('Interrupted.')));
const tooLong = new AbortController();
const timer = setTimeout(() => tooLong.abort(new Error('The story took too long.')), LONGEST_MS);
const signal = AbortSignal.any([interrupted.signal, tooLong.signal]);

const write = (text: string) => process.stdout.write(text);
const canRedraw = process.stdout.isTTY && process.env['TERM'] !== 'dumb';
const screen = canRedraw
  ? liveScreen({ write, columns: () => process.stdout.columns || NARROW_COLUMNS })
  : plainScreen((line) => write(`${line}\n`));

try {
  await using folder = await scratchFolder(keep);
  await runStory({
    folder: folder.path,
    metricSource: (shopUrl) => `scrape+${shopUrl}/metrics`,
    signal,
    screen,
    beforeClose: async (installation, outcomes) => {
      clearTimeout(timer);
      screen.say(verdictOn(outcomes));
      process.exitCode = outcomes.every((outcome) => outcome.isAsItMust) ? 0 : FAILED;
      if (!keep) return;
      screen.say(invitation(installation, folder.path));
      await stopped;
    },
  });
} catch (error) {
  screen.say(`\n${signal.aborted ? signal.reason.message : whatWentWrong(error)}`);
  process.exitCode = interrupted.signal.aborted ? INTERRUPTED : FAILED;
} finally {
  clearTimeout(timer);
}
