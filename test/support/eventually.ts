import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

const EVERY_MS = 50;
/** Far beyond what is expected, on a busy machine too: how long something takes is not what these tests are about. */
const PATIENCE_MS = 120_000;

/**
 * Asks again and again, and answers the first answer that is as it must be.
 *
 * @throws Error with the last answer, where none is in time
 */
export async function eventually<T>(ask: () => Promise<T>, isIt: (answer: T) => boolean): Promise<T> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) return answer;
    if (Date.now() > deadlineMs) throw new Error(`It never came true: ${isIt}\nThe last answer: ${inspect(answer)}`);
    await sleep(EVERY_MS);
  }
}
