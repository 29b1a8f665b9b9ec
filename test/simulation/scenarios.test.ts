import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Operator } from './operator.ts';
import { type Command, formatTranscript, parseTranscript } from './transcript.ts';

const FOLDER = join(import.meta.dirname, 'scenarios');
/** `SCENARIOS=rewrite` writes the answers into the transcripts, to be read before they are kept. */
const REWRITE = process.env['SCENARIOS'] === 'rewrite';

const names = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));

describe('transcripts', () => {
  it('are there', () => {
    expect(names.length).toBeGreaterThanOrEqual(15);
  });

  it.each(names)('%s', async (name) => {
    const path = join(FOLDER, name);
    const text = readFileSync(path, 'utf8');
    const parts = parseTranscript(text);
    const operator = new Operator();
    const answers = new Map<Command, string>();
    for (const part of parts) {
      if (part.kind === 'command') answers.set(part.command, await operator.answer(part.command));
    }
    const told = formatTranscript(parts, answers);
    if (REWRITE) writeFileSync(path, told);
    expect(told).toBe(REWRITE ? told : text);
    expect(operator.faults).toEqual([]);
  });

  it('an answer that is not the one written down is found', async () => {
    const parts = parseTranscript('metrics errors=0.1%\n----\n\nlookups\n----\n50 % here, 50 % in the store\n');
    const operator = new Operator();
    const answers = new Map<Command, string>();
    for (const part of parts) {
      if (part.kind === 'command') answers.set(part.command, await operator.answer(part.command));
    }
    expect(formatTranscript(parts, answers)).toContain('0 % here, 0 % in the store');
  });
});
