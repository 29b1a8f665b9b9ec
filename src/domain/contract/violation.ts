import type { RuleId, WarningId } from './ruleIds.ts';

type JsonScalar = string | number | boolean | null;

/** One broken rule (or one warning, of the same shape). Safe to send and to store: no U+0000, no lone surrogate, nothing long. */
export type Violation<Id extends string = RuleId> = {
  readonly rule: Id;
  /** JSON path into what was sent: `$.rolloutWedge.wedgeStages[1].targetPercentage`. */
  readonly path: string;
  /** What stands there; of lists and objects an outline, null where nothing does. */
  readonly found: JsonScalar;
  readonly allowed: string;
  readonly message: string;
};
export type Warning = Violation<WarningId>;

export type Path = readonly PropertyKey[];

const LONGEST_FOUND = 200;
const LONGEST_KEY = 64;

export function violation<Id extends RuleId | WarningId>(
  rule: Id,
  at: Path,
  found: unknown,
  allowed: string,
  message: string,
): Violation<Id> {
  return { rule, path: jsonPath(at), found: outlineOf(found), allowed, message };
}

export function jsonPath(at: Path): string {
  return at.reduce<string>((path, key) => path + pathStep(key), '$');
}

function pathStep(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = String(key);
  if (/^[A-Za-z_]\w*$/.test(name) && name.length <= LONGEST_KEY) return `.${name}`;
  return `[${JSON.stringify(shortened(name, LONGEST_KEY))}]`;
}

/** What is shown of a value: itself where it is short, else enough to find it. Never recurses: what was sent may be deep. */
function outlineOf(value: unknown): JsonScalar {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string') return shortened(value, LONGEST_FOUND);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return shortened(`an object with: ${Object.keys(value).slice(0, 20).join(', ')}`, LONGEST_FOUND);
}

function shortened(text: string, longest: number): string {
  const safe = text.slice(0, longest).toWellFormed().replaceAll('\0', '\uFFFD');
  return text.length > longest ? `${safe}…` : safe;
}
