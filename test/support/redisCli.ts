import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The command line that a person has at three in the morning: `HSET flags:checkout enabled false`. Answers what it printed. */
export async function redisCli(url: string, command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('redis-cli', ['-u', url, ...command.split(' ')]);
  return stdout.trim();
}
