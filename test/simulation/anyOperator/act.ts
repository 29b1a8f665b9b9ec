import type { HandFields } from '../../../src/domain/feature/handFields.ts';
import type { Plan } from './plan.ts';

/** Olga proposes, and operates with Oskar. Anna and Emil may approve, too; Adam administers. */
export type Person = 'olga' | 'oskar' | 'anna' | 'emil' | 'adam';
/** Of the rollouts that there are: 0 is the newest, one more the one before it, and round again. */
export type Which = number;
type Workspace = 'acme' | 'globex';

/** What people ask of one rollout. */
export type RolloutAct =
  /** `cleared`: whatever the operator could put out of the way before is out of it. */
  | { readonly do: 'start'; readonly by: Person; readonly of: Which; readonly cleared: boolean }
  | { readonly do: 'advance'; readonly by: Person; readonly of: Which; readonly comment: string | null }
  | { readonly do: 'pause' | 'resume' | 'preflight'; readonly by: Person; readonly of: Which }
  | {
      readonly do: 'rollback';
      readonly by: Person;
      readonly of: Which;
      readonly to: 'zero' | 'previousStage' | null;
      /** null: as the plan says. */
      readonly mode: 'immediate' | 'progressive' | null;
    }
  | {
      readonly do: 'say';
      readonly by: 'anna' | 'emil' | 'olga';
      readonly of: Which;
      readonly stage: number;
      readonly word: 'approve' | 'reject';
    }
  | {
      readonly do: 'verdict';
      readonly of: Which;
      readonly verdict: 'PASS' | 'FAIL' | 'INCONCLUSIVE';
      readonly onAll: boolean;
    }
  | {
      readonly do: 'incident';
      readonly by: Person;
      readonly of: Which;
      readonly reference: 'SHOP-1' | 'SHOP-2';
      readonly resolved: boolean;
    }
  | { readonly do: 'falseAlarm' | 'review'; readonly by: Person; readonly of: Which };

/** What they ask of the feature. */
export type FeatureAct =
  | {
      readonly do: 'propose';
      readonly plan: Plan;
      /** What is live, where anything is. */
      readonly supersedes: boolean;
      readonly dryRun: boolean;
      readonly startsLater: boolean;
      /** How long a waiver lasts that the plan needs. */
      readonly waivedHours: number;
    }
  | { readonly do: 'kill' | 'revive'; readonly by: Person }
  /** The feature is to need another one, or none; and that one is closed, or opened to some of a workspace again. */
  | { readonly do: 'need' | 'needNothing' | 'killNeeded' | 'openNeeded'; readonly by: Person }
  | {
      readonly do: 'override';
      readonly by: Person;
      readonly workspace: Workspace;
      readonly threshold: number;
      /** null: for good. */
      readonly minutes: number | null;
    }
  | { readonly do: 'noOverride'; readonly by: Person; readonly workspace: Workspace }
  /** Of a waiver that was asked for. */
  | { readonly do: 'rejectWaiver'; readonly of: number }
  | { readonly do: 'renewWaiver'; readonly of: Which };

/** What happens around it. */
export type OutsideAct =
  | { readonly do: 'polls'; readonly times: number }
  /** A poll in which no time passes. */
  | { readonly do: 'look' }
  /** A release that is healthy, for a while. */
  | { readonly do: 'goesWell' }
  | { readonly do: 'clock'; readonly ms: number }
  | { readonly do: 'measure'; readonly what: 'healthy' | 'bad' | 'doubtful' | 'missing' }
  | { readonly do: 'hand'; readonly edits: Partial<HandFields> }
  | { readonly do: 'stop' | 'liftStop' | 'freeze' | 'unfreeze' | 'restart' }
  | {
      readonly do: 'hook';
      readonly hook: 'beforeStart' | 'beforeAdvance' | 'beforeComplete';
      readonly agrees: boolean;
    }
  | { readonly do: 'ledger' | 'store'; readonly away: boolean };

export type SingleAct = RolloutAct | FeatureAct | OutsideAct;
/** `afterMs`: how long before nothing has happened. `lag`: by how many turns of the process the other one comes later. */
export type Race = {
  readonly do: 'race';
  readonly afterMs: number;
  readonly one: SingleAct;
  readonly other: SingleAct;
  readonly lag: number;
};
export type Act = SingleAct | Race;
