import { isMembers, type Members } from '../../domain/audit/read.ts';

/** One line of a stream of JSON. What it holds is looked at member by member, for a server may be of another version. */
export type Line = Members;

/** @throws SyntaxError where a line is no JSON object */
export async function* jsonLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield lineIn(line);
  }
  if (rest !== '') yield lineIn(rest);
}

function lineIn(text: string): Line {
  const line: unknown = JSON.parse(text);
  if (!isMembers(line)) throw new SyntaxError('a line of the answer is no JSON object');
  return line;
}

export const textOf = (line: Line, member: string): string => String(line[member] ?? '');
export const numberOf = (line: Line, member: string): number => Number(line[member] ?? Number.NaN);

export function memberOf(line: Line, member: string): Line {
  const value = line[member];
  return isMembers(value) ? value : {};
}
