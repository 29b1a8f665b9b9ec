import { describe, expect, it } from 'vitest';
import { MemoryAcknowledgements } from '../../src/adapters/memory/acknowledgements.ts';
import { ReplicaMembership } from '../../src/control/acknowledgement/replicaMembership.ts';
import { FlagView } from '../../src/control/flags/flagView.ts';
import type { AcknowledgementRegister } from '../../src/control/ports/acknowledgementRegister.ts';
import { FlagStoreUnreachable } from '../../src/control/ports/flagStore.ts';
import { handFieldsOf } from '../../src/domain/feature/handFields.ts';
import { documentOf } from '../domain/feature/documents.ts';
import { HeldClock } from '../support/clock.ts';

const REPLICA = 'replica:one';

/** A register that counts its writes, can be away, and can be made to wait. */
class Watched extends MemoryAcknowledgements {
  readonly writes: string[][] = [];
  away = false;
  gate: Promise<void> = Promise.resolve();

  override async acknowledge(...said: Parameters<AcknowledgementRegister['acknowledge']>): Promise<void> {
    await this.gate;
    if (this.away) throw new FlagStoreUnreachable('away');
    this.writes.push(said[0].map(({ feature, version }) => `${feature} ${version}`));
    await super.acknowledge(...said);
  }
  override async hear(...said: Parameters<AcknowledgementRegister['hear']>): Promise<void> {
    if (this.away) throw new FlagStoreUnreachable('away');
    await super.hear(...said);
  }
}

async function replica(...registers: readonly AcknowledgementRegister[]) {
  const clock = new HeldClock(0);
  const view = new FlagView({ monotonicMs: () => 0, staleAfterMs: 60_000, hardKilled: () => false });
  const faults: object[] = [];
  const log = { info: () => {}, warn: () => {}, error: (fields: object) => void faults.push(fields) };
  const publish = (feature: string, version: number) => {
    const document = documentOf({ feature, version });
    view.changed({ kind: 'flag', feature, document, hand: handFieldsOf(document) });
  };
  publish('old', 1);
  const word = new ReplicaMembership({ replica: REPLICA, view, registers, reachOf: () => null, clock, log });
  await word.begin();
  /** Whatever is under way in memory is done. */
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { word, view, publish, settled, faults };
}

describe('the word of a replica', () => {
  it('is of what has changed since it began, and a burst of changes is one write', async () => {
    const register = new Watched();
    const { publish, settled } = await replica(register);
    for (let index = 0; index < 500; index += 1) publish(`f${index}`, 2);
    await settled();
    expect(register.writes.map((write) => write.length)).toEqual([500]);
    expect(await register.acknowledgements(['old'])).toEqual([]);
  });

  it('said while another is on its way is not left behind', async () => {
    const register = new Watched();
    const { publish, settled } = await replica(register);
    const { promise, resolve } = Promise.withResolvers<void>();
    register.gate = promise;
    publish('checkout', 2);
    await settled();
    publish('checkout', 3);
    publish('search', 2);
    resolve();
    await settled();
    expect(register.writes).toEqual([['checkout 2'], ['checkout 3', 'search 2']]);
  });

  it('waits for a register that is away, and then is what is served now', async () => {
    const register = new Watched();
    const { publish, word, settled, faults } = await replica(register);
    register.away = true;
    publish('checkout', 2);
    publish('search', 2);
    await settled();
    publish('checkout', 5);
    await settled();
    register.away = false;
    await word.heartbeat();
    expect(register.writes).toEqual([['checkout 5', 'search 2'].toSorted()]);
    expect(faults).toEqual([]);
  });

  it('reaches one register while the other is silent', async () => {
    const [silent, other] = [new Watched(), new Watched()];
    const { publish, settled } = await replica(silent, other);
    const { promise, resolve } = Promise.withResolvers<void>();
    silent.gate = promise;
    publish('checkout', 2);
    await settled();
    expect(other.writes).toEqual([['checkout 2']]);
    resolve();
    await settled();
  });

  it('ends with its leave, also what was on its way', async () => {
    const register = new Watched();
    const { publish, word, settled } = await replica(register);
    publish('checkout', 2);
    await word.takeLeave();
    publish('checkout', 3);
    await settled();
    expect(register.writes).toEqual([['checkout 2']]);
    expect(await register.members()).toEqual([]);
  });

  it('whoever was known does not become unknown because a register is away', async () => {
    const [away, other] = [new Watched(), new Watched()];
    const { word } = await replica(away, other);
    await away.hear(['replica:two'], 0);
    await word.heartbeat();
    away.away = true;
    const standing = await word.acknowledgements.standing(['checkout']);
    expect(standing.of('checkout')).toMatchObject([{ name: REPLICA }, { name: 'replica:two', version: null }]);
  });

  it('neither starts nor ends a process that can not say it by failing', async () => {
    const broken = new Watched();
    broken.hear = () => Promise.reject(new TypeError('broken'));
    broken.leave = () => Promise.reject(new TypeError('broken'));
    const { word, faults } = await replica(broken);
    await word.takeLeave();
    expect(faults).toHaveLength(2);
  });

  it('a fault that is nobody’s absence is told to the log, and serves on', async () => {
    const register = new Watched();
    const { publish, view, settled, faults } = await replica(register);
    register.acknowledge = () => Promise.reject(new TypeError('broken'));
    publish('checkout', 2);
    await settled();
    expect(faults).toHaveLength(1);
    expect(view.document('checkout')?.version).toBe(2);
  });
});
