import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AcknowledgementRegister } from '../../src/control/ports/acknowledgementRegister.ts';

export type RegisterUnderTest = {
  readonly register: AcknowledgementRegister;
  /** The same, as another process reaches it. */
  readonly another: () => Promise<AcknowledgementRegister>;
  readonly close: () => Promise<void>;
};

const [A, B] = ['replica:a', 'provider:shop ü/b'];
const T0 = 1_763_640_000_000;

/** What a register of words owes, whatever it is made of. */
export function acknowledgementRegisterContract(name: string, open: () => Promise<RegisterUnderTest>): void {
  describe(`acknowledgements ${name}`, () => {
    let under: RegisterUnderTest;
    let register: AcknowledgementRegister;
    beforeEach(async () => {
      under = await open();
      register = under.register;
    });
    afterEach(() => under.close());

    const members = async () => (await register.members()).toSorted((one, other) => (one.name < other.name ? -1 : 1));
    const words = async (...features: string[]) =>
      (await register.acknowledgements(features))
        .map(({ feature, member, version }) => `${feature} ${member} ${version}`)
        .sort();

    test('a member is known since it was first heard, and heard when it was last', async () => {
      expect(await members()).toEqual([]);
      await register.hear([A, B], T0);
      await register.hear([A], T0 + 5000);
      const known = [
        { name: B, sinceMs: T0, heardAtMs: T0 },
        { name: A, sinceMs: T0, heardAtMs: T0 + 5000 },
      ];
      expect(await members()).toEqual(known);
    });

    test('whoever says a word is there', async () => {
      await register.acknowledge([{ member: A, feature: 'checkout', version: 7 }], T0);
      expect(await members()).toEqual([{ name: A, sinceMs: T0, heardAtMs: T0 }]);
    });

    test('one that took leave is not known; coming back, it is new', async () => {
      await register.hear([A], T0);
      await register.leave(A);
      await register.leave(B);
      expect(await members()).toEqual([]);
      await register.hear([A], T0 + 1);
      expect(await members()).toEqual([{ name: A, sinceMs: T0 + 1, heardAtMs: T0 + 1 }]);
    });

    test('the last word of a member on a feature stands, be it of a lower version', async () => {
      await register.acknowledge([{ member: A, feature: 'checkout', version: 7 }], T0);
      await register.acknowledge([{ member: A, feature: 'checkout', version: 5 }], T0 + 1);
      const heard = [{ member: A, feature: 'checkout', version: 5, atMs: T0 + 1 }];
      expect(await register.acknowledgements(['checkout'])).toEqual(heard);
    });

    test('of one write the last word stands, too', async () => {
      const said = [3, 9, 4].map((version) => ({ member: A, feature: 'checkout', version }));
      await register.acknowledge(said, T0);
      expect(await words('checkout')).toEqual([`checkout ${A} 4`]);
    });

    test('words are told of the features that were asked for, of every member', async () => {
      const said = ['checkout', 'search', 'basket'].map((feature) => ({ member: A, feature, version: 1 }));
      await register.acknowledge([...said, { member: B, feature: 'search', version: 2 ** 45 }], T0);
      expect(await words('search', 'basket', 'nothing')).toEqual([
        `basket ${A} 1`,
        `search ${B} ${2 ** 45}`,
        `search ${A} 1`,
      ]);
      expect(await words()).toEqual([]);
    });

    test('a feature may be called like anything', async () => {
      const said = ['members', 'of', 'since.a-b_c'].map((feature) => ({ member: A, feature, version: 1 }));
      await register.acknowledge(said, T0);
      await register.hear([B], T0);
      expect(await words('members', 'of', 'since.a-b_c')).toHaveLength(3);
      expect(await members()).toHaveLength(2);
    });

    test('ten thousand words and members go in a few calls', async () => {
      const many = Array.from({ length: 10_000 }, (_, index) => `x${index}`);
      await register.hear(many, T0);
      await register.acknowledge(
        many.map((feature) => ({ member: A, feature, version: 2 })),
        T0,
      );
      expect(await register.members()).toHaveLength(10_001);
      expect(await register.acknowledgements(many.slice(-10))).toHaveLength(10);
    });

    test('nothing said is nothing done', async () => {
      await register.hear([], T0);
      await register.acknowledge([], T0);
      expect(await members()).toEqual([]);
    });

    test('another process has all of it, and writes beside this one', async () => {
      const another = await under.another();
      await Promise.all([register.hear([A], T0), another.hear([B], T0)]);
      const both = [register, another].map((each, index) =>
        each.acknowledge(
          ['checkout', 'search'].map((feature) => ({ member: index === 0 ? A : B, feature, version: 1 })),
          T0,
        ),
      );
      await Promise.all(both);
      expect(await another.members()).toHaveLength(2);
      expect(await another.acknowledgements(['checkout', 'search'])).toHaveLength(4);
    });

    test('members that were silent for long are forgotten, and others are not', async () => {
      await register.hear([A], T0);
      await register.hear([B], T0 + 1);
      await register.forgetBefore(T0 + 1);
      expect((await members()).map(({ name }) => name)).toEqual([B]);
    });
  });
}
