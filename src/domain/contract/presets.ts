import { type Proposal, proposalSchema } from './contract.ts';
import guardian from './presets/guardian.json' with { type: 'json' };
import provider from './presets/provider.json' with { type: 'json' };
import standard from './presets/standard.json' with { type: 'json' };

/** Plans that ship with Sluice, as data: whoever uses one says only for what. */
const PRESETS = { guardian, standard, provider };
export type PresetName = keyof typeof PRESETS;
// `Object.keys` forgets the type of the keys.
export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];

export type PresetUse = {
  readonly feature: string;
  readonly title: string;
  readonly issueIds: readonly string[];
  /** The metric source that its SLIs are measured from. */
  readonly source: string;
};

/**
 * A preset as a proposal, its defaults filled in.
 *
 * @throws z.ZodError where feature, title, issues or source are not what a proposal may say.
 */
export function presetProposal(name: PresetName, { source, ...use }: PresetUse): Proposal {
  const { slis, ...plan } = PRESETS[name];
  return proposalSchema.parse({ ...use, ...plan, slis: slis.map((sli) => ({ ...sli, source })) });
}
