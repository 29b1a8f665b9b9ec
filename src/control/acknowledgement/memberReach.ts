import { subjectOf } from '../../domain/confirmation/member.ts';
import { prerequisiteReach } from '../../domain/feature/prerequisiteReach.ts';
import type { TokenDirectory } from '../access/tokenDirectory.ts';
import type { FlagView } from '../flags/flagView.ts';

/** Null: every feature. */
export type Reach = ReadonlySet<string> | null;

/** What is told to whoever shows a token for these features: no other documents are ever served by it. */
export function reachOf(features: readonly string[] | null, view: FlagView): Reach {
  return features === null ? null : prerequisiteReach(features, (feature) => view.document(feature));
}

/** What a member serves, by its name: of a provider what the tokens of its subject reach. Every feature where none of them is known. */
export function memberReach(directory: TokenDirectory, view: FlagView): (member: string) => Reach {
  return (member) => {
    const subject = subjectOf(member);
    return subject === null ? null : reachOf(directory.featuresOf(subject), view);
  };
}
