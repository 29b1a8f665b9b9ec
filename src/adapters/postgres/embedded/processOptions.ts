import type { Account } from './account.ts';

/** What every process of PostgreSQL is started with: see {@link processOptions}. */
export interface ProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Options for `node:child_process`. The environment is written out, not inherited: ours holds secrets, and the account
 * can read its own processes' environments. With `TZ` initdb needn't guess the time zone; `C` keeps messages English.
 */
export function processOptions(account: Account | undefined, cwd: string): ProcessOptions {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  return { cwd, env, ...account };
}
