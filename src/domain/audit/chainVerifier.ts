import { Books } from './books/books.ts';
import { type Told, toldBy } from './books/told.ts';
import { ChainLinks, type ChainOptions } from './chainLinks.ts';
import { approvals } from './checks/approvals.ts';
import { blast } from './checks/blast.ts';
import { confirmed } from './checks/confirmed.ts';
import { cooldown } from './checks/cooldown.ts';
import { door } from './checks/door.ts';
import { dwell } from './checks/dwell.ts';
import { health } from './checks/health.ts';
import { judged } from './checks/judged.ts';
import type { Look } from './checks/look.ts';
import { observe } from './checks/observe.ts';
import { removed, unremoved } from './checks/removed.ts';
import { replay } from './checks/replay.ts';
import { stable } from './checks/stable.ts';
import { staged } from './checks/staged.ts';
import { states } from './checks/states.ts';
import { steps } from './checks/steps.ts';
import { waived } from './checks/waived.ts';
import { type AtTheEnd, Findings } from './findings.ts';
import { Malformed } from './read.ts';
import { type AuditReport, CHECK_IDS, type CheckId, type Finding, worstOf } from './report.ts';

const LOOKS: readonly (readonly [CheckId, Look])[] = [
  ['INV-RWG-STAGED', staged],
  ['INV-RWG-OBSERVE', observe],
  ['INV-RWG-BLAST', blast],
  ['INV-RWG-ROLLBACK', removed],
  ['INV-RWG-ROLLBACK', confirmed],
  ['INV-RWG-ROLLBACK', steps],
  ['HEALTH', health],
  ['ROLLOUT-006', stable],
  ['DWELL', dwell],
  ['COOLDOWN', cooldown],
  ['APPROVALS', approvals],
  ['WAIVERS', waived],
  ['STATES', states],
  ['SLU-DOOR', door],
  ['VERDICTS', judged],
  ['SLU-REPLAY', replay],
];

/**
 * The independent verifier: holds each law against a chain, entry by entry, by reckoning of its own. It shares no code with what
 * writes the chain, so that one mistake does not prove itself right. Keeps what is live, and of what has ended the name alone.
 */
export class ChainVerifier {
  readonly #links: ChainLinks;
  readonly #books = new Books();
  readonly #findings = new Map(CHECK_IDS.map((check) => [check, new Findings(check)]));
  #entries = 0;
  /** The number of the first entry that does not follow: nothing after it proves anything. */
  #brokenAt: number | null = null;

  constructor(options: ChainOptions) {
    this.#links = new ChainLinks(options);
  }

  /** The next entry. Never throws, whatever it is given: what can't be read is a finding. */
  take(entry: unknown): void {
    this.#entries += 1;
    if (this.#brokenAt !== null) return;
    const fault = faultOf(() => this.#links.follow(entry));
    this.#of('SLU-CHAIN').examine();
    if (fault !== null) {
      this.#brokenAt = this.#links.head.seq + 1;
      this.#of('SLU-CHAIN').fail(this.#brokenAt, null, fault);
      return;
    }
    const unread = faultOf(() => this.#read(toldBy(entry)));
    if (unread !== null) this.#of('STATES').fail(this.#links.head.seq, null, unread);
  }

  /**
   * `nowMs`: the time by which what is still missing is judged. May be asked again, later and after more entries.
   * `rollout`: only what speaks against this one: of the chain itself, of the door of its feature, and of its own entries.
   */
  report(nowMs: number, rollout?: string): AuditReport {
    const concerns = ({ check, rollout: whose }: Finding) =>
      rollout === undefined || whose === rollout || check === 'SLU-CHAIN' || check === 'SLU-DOOR';
    const checks = CHECK_IDS.map((check) => this.#of(check).report(this.#atTheEnd(check, nowMs), concerns));
    const verdict = worstOf(checks.map((check) => check.verdict));
    return { verdict, entries: this.#entries, head: this.#links.head, checks };
  }

  /** @throws where the books can't take it in: what it says is nonsense */
  #read(told: Told): null {
    for (const [check, look] of LOOKS) this.#hold(check, look, told);
    this.#books.enter(told);
    return null;
  }

  #hold(check: CheckId, look: Look, told: Told): void {
    const findings = this.#of(check);
    const fault = faultOf(() => {
      const found = look(told, this.#books);
      if (found !== null) findings.examine();
      for (const message of found ?? []) findings.fail(told.seq, told.rollout, message);
      return null;
    });
    if (fault !== null) findings.fail(told.seq, told.rollout, fault);
  }

  /** What only the end of the chain can say: `failed` fails, `open` can't be told yet. */
  #atTheEnd(check: CheckId, nowMs: number): AtTheEnd {
    if (check === 'SLU-CHAIN') return { failed: this.#brokenAt === null ? this.#links.missing() : [], open: [] };
    const open = this.#beyondBreak(check);
    if (check === 'STATES') return { failed: [], open: [...open, ...halfDone(this.#books)] };
    if (check !== 'INV-RWG-ROLLBACK') return { failed: [], open };
    const waiting = unremoved(this.#books.feature.triggers, nowMs);
    return { failed: waiting.late, open: [...open, ...waiting.open] };
  }

  #beyondBreak(check: CheckId): readonly Finding[] {
    if (this.#brokenAt === null) return [];
    const message = 'the chain is broken here: what follows proves nothing';
    return [{ check, seq: this.#brokenAt, rollout: null, message }];
  }

  #of(check: CheckId): Findings {
    const findings = this.#findings.get(check);
    if (findings === undefined) throw new Error(`there is no check ${check}`);
    return findings;
  }
}

/** A takeover of which only the first half is there yet. */
function halfDone({ handover }: Books): readonly Finding[] {
  if (handover === null) return [];
  const message = 'the start that takes over is missing';
  return [{ check: 'STATES', seq: handover.seq, rollout: handover.by, message }];
}

function faultOf(look: () => string | null): string | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof Malformed) return error.message;
    return error instanceof Error ? `can not be read: ${error.message}` : 'can not be read';
  }
}
