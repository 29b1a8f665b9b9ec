import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from './errorCode.ts';

/**
 * What the system says of a process id.
 *
 * - `gone`: no such process.
 * - `zombie`: it has ended and nobody has collected it. It answers signals as if it lived.
 * - `alive`: runs `program`. `workingDirectory` identifies the folder it is in, where we may know that.
 */
export type ProcessState =
  | { readonly kind: 'gone' }
  | { readonly kind: 'zombie' }
  | { readonly kind: 'alive'; readonly program: string; readonly workingDirectory: string | undefined };

const run = promisify(execFile);

/** Identifies a folder whatever the path that leads there. */
export async function folderIdentity(path: string): Promise<string> {
  const { dev, ino } = await stat(path, { bigint: true });
  return `${dev}:${ino}`;
}

export async function processState(pid: number): Promise<ProcessState> {
  return process.platform === 'linux' ? stateFromProc(pid) : stateFromPs(pid);
}

/** Reads the text of `/proc/<pid>/stat`: `pid (program) state ...`, where the program's name may hold anything. */
export function parseProcStat(text: string): Exclude<ProcessState, { kind: 'gone' }> {
  const nameEnd = text.lastIndexOf(')');
  const state = text.charAt(nameEnd + 2);
  if (state === 'Z' || state === 'X') return { kind: 'zombie' };
  return { kind: 'alive', program: text.slice(text.indexOf('(') + 1, nameEnd), workingDirectory: undefined };
}

/** Reads what `ps -o stat=,comm= -p <pid>` prints: `Ss /path/to/program`, or nothing. */
export function parsePs(text: string): ProcessState {
  const [state, ...command] = text.trim().split(/\s+/);
  if (state === undefined || state === '') return { kind: 'gone' };
  if (state.startsWith('Z')) return { kind: 'zombie' };
  return { kind: 'alive', program: basename(command.join(' ')), workingDirectory: undefined };
}

async function stateFromProc(pid: number): Promise<ProcessState> {
  try {
    const state = parseProcStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
    if (state.kind !== 'alive') return state;
    return { ...state, workingDirectory: await folderIdentity(`/proc/${pid}/cwd`).catch(() => undefined) };
  } catch (error) {
    // ESRCH: it ended between open and read.
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return { kind: 'gone' };
    throw error;
  }
}

async function stateFromPs(pid: number): Promise<ProcessState> {
  try {
    return parsePs((await run('ps', ['-o', 'stat=,comm=', '-p', String(pid)])).stdout);
  } catch {
    // ps exits with 1 if there is no such process.
    return { kind: 'gone' };
  }
}
