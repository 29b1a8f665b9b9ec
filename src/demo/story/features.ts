import type { Page } from '../shop/pages.ts';
import { featureAnswer } from '../sluice/answers.ts';
import type { Session } from '../sluice/session.ts';

/** Creates the features that the pages ask for, all closed; answers their salts, by which anybody can say whom they will meet. */
export async function createFeatures(pages: readonly Page[], operator: Session): Promise<ReadonlyMap<string, string>> {
  const salts = new Map<string, string>();
  for (const { feature, title } of pages) {
    const { salt } = await operator.post('/v1/features', { key: feature, description: title }, featureAnswer);
    salts.set(feature, salt);
  }
  return salts;
}
