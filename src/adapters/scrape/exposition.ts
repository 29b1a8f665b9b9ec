/** One line of an exposition. `timestampMs` only where the service gives one. */
export type ExposedSample = {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  readonly timestampMs: number | null;
};

/** The page is not in the text format. */
export class ExpositionError extends Error {
  override readonly name = 'ExpositionError';
}

const SERIES = /([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*(\{[^"}]*(?:"(?:[^"\\\n]|\\.)*"[^"}]*)*\})?/y;
const LABEL = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\\n]|\\[\\"n])*)"[ \t]*(?:,|$)/y;
const NUMBER = '[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?';
/** Value, timestamp, and the exemplar that OpenMetrics may append. */
const REST = new RegExp(
  `[ \\t]*(${NUMBER}|[+-]?[iI][nN][fF]|[nN][aA][nN])(?:[ \\t]+(${NUMBER}))?[ \\t]*(?:#[ \\t]*\\{.*)?$`,
  'y',
);

/**
 * Reads the Prometheus text format 0.0.4 (and what OpenMetrics 1.0 adds: exemplars, `# EOF`, timestamps in seconds), as
 * strictly as Prometheus: one line that can't be read refuses the page, since half a page reads like a drop in traffic.
 *
 * @throws ExpositionError naming the line.
 */
export function parseExposition(text: string, contentType: string): readonly ExposedSample[] {
  const timestampUnitMs = contentType.startsWith('application/openmetrics-text') ? 1000 : 1;
  return text.split('\n').flatMap((line, index) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const sample = readSample(trimmed, timestampUnitMs);
    if (sample === null) throw new ExpositionError(`line ${index + 1} is not in the text format`);
    return sample;
  });
}

function readSample(line: string, timestampUnitMs: number): ExposedSample | null {
  SERIES.lastIndex = 0;
  const series = SERIES.exec(line);
  if (series === null) return null;
  REST.lastIndex = series[0].trimEnd().length;
  const rest = REST.exec(line);
  const labels = readLabels(series[2] ?? '{}');
  if (rest === null || labels === null) return null;
  return {
    name: series[1] ?? '',
    labels,
    value: toNumber(rest[1] ?? ''),
    timestampMs: rest[2] === undefined ? null : Number(rest[2]) * timestampUnitMs,
  };
}

/** null where something between the braces is no label, or a label stands there twice. */
function readLabels(braces: string): ReadonlyMap<string, string> | null {
  const inner = braces.slice(1, -1).trim();
  const labels = new Map<string, string>();
  for (let at = 0; at < inner.length; at = LABEL.lastIndex) {
    LABEL.lastIndex = at;
    const [, label = '', value = ''] = LABEL.exec(inner) ?? [];
    if (label === '' || labels.has(label)) return null;
    labels.set(
      label,
      value.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped)),
    );
  }
  return labels;
}

function toNumber(text: string): number {
  const infinity = /^([+-]?)inf$/i.exec(text);
  if (infinity !== null) return infinity[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}
