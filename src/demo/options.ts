import { parseArgs } from 'node:util';

export type DemoOptions = {
  /** Leave everything running when the stories are told. */
  readonly keep: boolean;
};

/** @throws TypeError naming the option that there is not */
export function parseOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({ args: [...args], options: { keep: { type: 'boolean', default: false } } });
  return { keep: values.keep };
}
