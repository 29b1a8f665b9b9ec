import { expect, it } from 'vitest';
import type { Ledger } from '../../src/control/ports/ledger.ts';
import { butFor, OLGA, OSKAR, startReplica, worldOf } from '../support/simulatedInstallation.ts';

it('SLU-DOOR: a stop that was set since another was seen is not lifted with that one', async () => {
  const world = worldOf();
  const replica = await startReplica(world);
  await replica.installation.setStop(OLGA, 'storm');
  const append: Ledger['append'] = async (wish) => {
    await replica.installation.liftStop(OSKAR, null);
    await replica.installation.setStop(OSKAR, 'flood');
    return world.kept.ledger.append(wish);
  };
  const { ledger, rollouts } = world.kept;
  const late = await startReplica(world, { kept: { ledger: butFor(ledger, { append }), rollouts } });
  await expect(late.installation.liftStop(OLGA, null)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await replica.installation.stop()).toMatchObject({ active: true, by: 'oskar', reason: 'flood' });
});
