/** A command of a transcript: its words, the indented lines below it, and the answer that is written there. */
export type Command = {
  readonly line: number;
  readonly text: string;
  readonly name: string;
  /** Words without `=`. */
  readonly words: readonly string[];
  /** Words of the form `name=value`; quotes hold what has spaces. */
  readonly options: ReadonlyMap<string, string>;
  readonly below: readonly Command[];
  readonly expected: string;
};
/** What stands between commands, for people, is kept as it is. */
export type Part =
  | { readonly kind: 'prose'; readonly text: string }
  | { readonly kind: 'command'; readonly command: Command };

const RULE = '----';

/**
 * Blocks apart by empty lines: a command with indented lines below it, `----`, and what it answered. Blocks that begin
 * with `#` are prose.
 */
export function parseTranscript(text: string): readonly Part[] {
  const blocks: { readonly line: number; readonly lines: string[] }[] = [];
  text.split('\n').forEach((line, index) => {
    const last = blocks.at(-1);
    if (line === '') blocks.push({ line: index + 2, lines: [] });
    else if (last === undefined) blocks.push({ line: index + 1, lines: [line] });
    else last.lines.push(line);
  });
  return blocks.filter(({ lines }) => lines.length > 0).map(partOf);
}

function partOf({ line, lines }: { readonly line: number; readonly lines: readonly string[] }): Part {
  if (lines.every((each) => each.startsWith('#'))) return { kind: 'prose', text: lines.join('\n') };
  const ruleAt = lines.indexOf(RULE);
  const said = ruleAt === -1 ? lines : lines.slice(0, ruleAt);
  const expected = ruleAt === -1 ? '' : lines.slice(ruleAt + 1).join('\n');
  const [first, ...below] = said.map((each, index) => commandOf(each, line + index));
  if (first === undefined) throw new Error(`line ${line}: no command before ${RULE}`);
  return { kind: 'command', command: { ...first, below, expected } };
}

function commandOf(text: string, line: number): Command {
  const [name, ...rest] = text.trim().match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
  if (name === undefined) throw new Error(`line ${line}: an empty command`);
  const isOption = (word: string) => /^[a-z-]+=/.test(word);
  const options = rest.filter(isOption).map((word): readonly [string, string] => {
    const at = word.indexOf('=');
    return [word.slice(0, at), word.slice(at + 1).replaceAll('"', '')];
  });
  const words = rest.filter((word) => !isOption(word));
  return { line, text, name, words, options: new Map(options), below: [], expected: '' };
}

/** The transcript as it would read with these answers. */
export function formatTranscript(parts: readonly Part[], answers: ReadonlyMap<Command, string>): string {
  const blocks = parts.map((part) => {
    if (part.kind === 'prose') return part.text;
    const { command } = part;
    const said = [command.text, ...command.below.map(({ text }) => text)].join('\n');
    const answer = answers.get(command) ?? command.expected;
    return answer === '' ? `${said}\n${RULE}` : `${said}\n${RULE}\n${answer}`;
  });
  return `${blocks.join('\n\n')}\n`;
}
