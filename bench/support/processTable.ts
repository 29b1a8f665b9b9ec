import { readdirSync, readFileSync } from 'node:fs';

/** Of `/proc`: the kernel counts CPU time for programs in hundredths, whatever its own tick. */
const TICKS_PER_SECOND = 100;
const MEGABYTE_KILOBYTES = 1000 / 1.024;

type Stat = { readonly parent: number; readonly cpuSeconds: number; readonly reapedSeconds: number };

/** The processes that `pid` started and that still live. */
function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => statOf(candidate)?.parent === pid);
}

/** User and system time so far; 0 once the process has gone. */
export const cpuSecondsOf = (pid: number) => statOf(pid)?.cpuSeconds ?? 0;

/** With its children's, those that live and those that have ended: what a PostgreSQL server has used. */
export function familyCpuSecondsOf(pid: number): number {
  const own = statOf(pid);
  if (own === null) return 0;
  return own.cpuSeconds + own.reapedSeconds + childrenOf(pid).reduce((sum, child) => sum + cpuSecondsOf(child), 0);
}

/** Of all cores together since the machine started. */
export function machineCpuSeconds(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = firstLineOf('/proc/stat').map(Number);
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}

/** Resident memory now, in millions of bytes. @throws Error once the process has gone */
export const residentMegabytesOf = (pid: number) => memoryOf(pid, 'VmRSS');

/** The most that it ever was. @throws Error once the process has gone */
export const peakResidentMegabytesOf = (pid: number) => memoryOf(pid, 'VmHWM');

function memoryOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} has ended`);
  return Number(kilobytes) / MEGABYTE_KILOBYTES;
}

/** null where there is no such process, or no longer. */
function statOf(pid: number): Stat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The program's name stands in parentheses and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [parent = 0, user = 0, system = 0, reapedUser = 0, reapedSystem = 0] = [1, 11, 12, 13, 14].map((index) =>
    Number(fields[index]),
  );
  return {
    parent,
    cpuSeconds: (user + system) / TICKS_PER_SECOND,
    reapedSeconds: (reapedUser + reapedSystem) / TICKS_PER_SECOND,
  };
}

function firstLineOf(path: string): readonly string[] {
  return (readFileSync(path, 'utf8').split('\n')[0] ?? '').split(/\s+/);
}
