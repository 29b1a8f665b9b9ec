import { GrowthBookClient } from '@growthbook/growthbook';
import { type Evaluator, SHARE_PERCENTAGE } from './evaluator.ts';

const RULE = {
  defaultValue: false,
  rules: [{ force: true, coverage: SHARE_PERCENTAGE / 100, hashAttribute: 'id', hashVersion: 2 }],
};

/** One client for all users, as its documentation recommends for servers. */
export function growthbook(features: readonly string[]): Evaluator {
  const client = new GrowthBookClient();
  client.initSync({ payload: { features: Object.fromEntries(features.map((feature) => [feature, RULE])) } });
  return {
    isOn: (feature, id) => client.evalFeature(feature, { attributes: { id } }).on,
    close: () => client.destroy(),
  };
}
