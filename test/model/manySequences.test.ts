import { it } from 'vitest';
import { agreeing, MANY } from './sequence.ts';

it(`over ${MANY} sequences of what may happen, the model and Sluice never part`, () => agreeing(MANY), 900_000);
