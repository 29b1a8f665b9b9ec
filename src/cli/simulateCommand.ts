import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Connection } from './connection.ts';
import { jsonLines, type Line, memberOf, numberOf, textOf } from './simulate/lines.ts';
import { timelineText } from './simulate/timelineText.ts';
import { EXIT, type Exit, type Terminal, Unusable } from './terminal.ts';

const OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  source: { type: 'string' },
  as: { type: 'string' },
  repetitions: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;
const EXITS: Readonly<Record<string, Exit>> = {
  completed: EXIT.pass,
  rolledBack: EXIT.fail,
  paused: EXIT.fail,
  unfinished: EXIT.inconclusive,
};

/** What is written next stands over it. */
const HIDDEN = '   \r';

/** Tries a contract on the past, and tells what would have happened as it is found out. `--json`: the result alone. */
export async function simulateCommand(args: readonly string[], terminal: Terminal): Promise<Exit> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new Unusable('simulate takes one file: a contract as JSON');
  const { json, repetitions, ...wish } = values;
  const body = {
    contract: await contractIn(file),
    ...wish,
    ...(repetitions !== undefined && { repetitions: countOf(repetitions) }),
  };
  const answer = await new Connection(terminal, 'operator').post('/v1/simulations', body, 'application/x-ndjson');
  let result: Line | null = null;
  let said = '';
  for await (const line of jsonLines(answer)) {
    if (line['type'] === 'problem') throw new Unusable(problemText(line));
    if (line['type'] === 'result') result = line;
    if (json) continue;
    const progress = progressText(line);
    if (progress !== '' && progress !== said) terminal.say(progress);
    said = progress;
    await terminal.write(timelineText(line));
  }
  if (result === null) throw new Unusable('the answer broke off before its result');
  if (json) await terminal.write(`${JSON.stringify({ file, ...withoutType(result) })}\n`);
  return EXITS[textOf(result, 'outcome')] ?? EXIT.unusable;
}

/** Empty of what is no progress. */
const progressText = (line: Line) =>
  line['type'] === 'progress' ? `\r${textOf(line, 'of')} ${numberOf(line, 'percent')} %${HIDDEN}` : '';

const withoutType = ({ type: _, ...result }: Line) => result;

const countOf = (text: string) => (/^\d+$/.test(text) ? Number(text) : text);

function problemText(line: Line): string {
  const problem = memberOf(line, 'problem');
  return `${textOf(problem, 'code')}: ${textOf(problem, 'detail')}`;
}

async function contractIn(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new Unusable(`${file} is not JSON`);
  }
}
