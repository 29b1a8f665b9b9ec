import { expect, test } from 'vitest';
import { RecordedFeatures } from '../../src/control/flags/recordedFeatures.ts';
import { definitionOf, T0 } from '../support/ledgerStory.ts';
import { memoryLedger } from '../support/memoryLedger.ts';
import { butFor } from '../support/simulatedInstallation.ts';

const NEW = { definitionVersion: 1, stateVersion: 0 };

/** A register with these features, and what was read out of it record by record. */
async function registerOf(...keys: readonly string[]) {
  const { features } = memoryLedger();
  for (const key of keys) await features.add(definitionOf(key));
  const read: string[] = [];
  const watched = butFor(features, {
    some: (asked) => {
      read.push(...asked);
      return features.some(asked);
    },
  });
  return { features, watched, read };
}

const look = (recorded: RecordedFeatures) => Array.fromAsync(recorded.all());

test('all features are told by key, archived ones too, and read again only where they have changed', async () => {
  const { features, watched, read } = await registerOf('b', 'a', 'c');
  const recorded = new RecordedFeatures(watched);
  const [a, b, c] = await look(recorded);
  expect([a, b, c].map((record) => record?.definition.key)).toEqual(['a', 'b', 'c']);
  expect(read.splice(0)).toEqual(['a', 'b', 'c']);

  await features.update(definitionOf('b', { archivedAtMs: T0 + 1 }), NEW);
  const again = await look(recorded);
  expect(read).toEqual(['b']);
  expect([again[0] === a, again[1]?.definition.archivedAtMs, again[2] === c]).toEqual([true, T0 + 1, true]);
});

test('more than a page is told whole', async () => {
  const keys = Array.from({ length: 2001 }, (_, index) => `feature-${String(index).padStart(4, '0')}`);
  const { watched } = await registerOf(...keys);
  const recorded = new RecordedFeatures(watched);
  expect((await look(recorded)).map(({ definition }) => definition.key)).toEqual(keys);
  expect((await look(recorded)).map(({ definition }) => definition.key)).toEqual(keys);
});

test('what changes while it is read is told as it is, and looked at once more', async () => {
  const { features, watched, read } = await registerOf('a');
  let changes = 1;
  const changing = butFor(watched, {
    some: async (keys) => {
      if (changes-- > 0) await features.update(definitionOf('a', { owner: 'ops' }), NEW);
      return watched.some(keys);
    },
  });
  const recorded = new RecordedFeatures(changing);
  const owners = async () => (await look(recorded)).map(({ definition }) => definition.owner);
  expect(await owners()).toEqual(['ops']);
  expect(await owners()).toEqual(['ops']);
  expect(read).toEqual(['a', 'a']);
  await owners();
  expect(read).toEqual(['a', 'a']);
});
