import { setTimeout as sleep } from 'node:timers/promises';
import { BAD_PAGE, GOOD_PAGE, type Page } from '../shop/pages.ts';
import { Session } from '../sluice/session.ts';
import { followRelease } from './followRelease.ts';
import { type Installation, type InstallationOptions, openInstallation } from './installation.ts';
import { type Ending, type Outcome, outcomeOf } from './outcome.ts';
import type { Screen } from './screen.ts';
import { type Actors, startRelease } from './startRelease.ts';
import { tellOutcome } from './tellOutcome.ts';
import { wholeLedger } from './wholeLedger.ts';

export type StoryOptions = InstallationOptions & {
  readonly screen: Screen;
  /** Called before the processes are ended: as long as it does not resolve, they go on. */
  readonly beforeClose?: (installation: Installation, outcomes: readonly Outcome[]) => Promise<void>;
};

/** Every user has come by at least once more. */
const SETTLED_MS = 3000;

/**
 * Two releases of the shop, a good one to the end and a bad one taken back, with real traffic.
 *
 * @returns how both ended; `isAsItMust` of each says whether the story is true
 * @throws Error where a process ended unasked, Sluice refused, or the signal was aborted. All processes have gone in any case
 */
export async function runStory(options: StoryOptions): Promise<readonly Outcome[]> {
  const { screen, signal, beforeClose } = options;
  screen.say('Starting Sluice, a shop and its users …');
  await using installation = await openInstallation(options);
  screen.say(
    `Sluice listens at ${installation.sluiceUrl}, the shop at ${installation.shopUrl}; ${installation.users.length} users come in`,
  );
  try {
    const stage: Stage = { installation, screen, actors: actorsOf(installation, signal) };
    const good = await play(stage, GOOD_PAGE, 'COMPLETE', 'A good release');
    const bad = await play(stage, BAD_PAGE, 'ROLLED_BACK', 'A bad release');
    await beforeClose?.(installation, [good, bad]);
    return [good, bad];
  } catch (error) {
    const obituaries = await installation.obituaries();
    if (obituaries === '' || signal.aborted) throw error;
    throw new Error(obituaries, { cause: error });
  }
}

type Stage = { readonly installation: Installation; readonly screen: Screen; readonly actors: Actors };

function actorsOf({ sluiceUrl, people }: Installation, signal: AbortSignal): Actors {
  return {
    operator: new Session(sluiceUrl, people.operator, signal),
    approver: new Session(sluiceUrl, people.approver, signal),
  };
}

async function play(
  { installation, screen, actors }: Stage,
  page: Page,
  expected: Ending,
  kind: string,
): Promise<Outcome> {
  const { feature } = page;
  const { operator } = actors;
  screen.chapter(`${kind}: ${page.title} (${feature})`, Date.now());
  const rolloutId = await startRelease(page, actors, (text) => screen.happened(Date.now(), text));
  const record = async () => {
    const found = (await installation.census())[feature];
    if (found === undefined) throw new Error(`the shop has no books on ${feature}`);
    return found;
  };
  const salt = installation.salts.get(feature) ?? '';
  const { wedgeState } = await followRelease({ feature, rolloutId, operator, record, screen });
  const overAtMs = Date.now();
  await sleep(SETTLED_MS);
  const evidence = {
    feature,
    expected,
    wedgeState,
    ledger: await wholeLedger(rolloutId, operator),
    record: await record(),
    salt,
    users: installation.users,
  };
  const outcome = outcomeOf(evidence);
  tellOutcome(outcome, screen, overAtMs);
  return outcome;
}
