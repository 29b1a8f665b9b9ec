import { readFile } from 'node:fs/promises';
import { DEFAULT_POLICY, type Policy, parsePolicy } from './domain/contract/policy.ts';

export type ReadPolicy =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly mistakes: readonly string[] };

/** The installation's policy; every mistake in the file at once. Without a file the defaults. */
export async function readPolicyFile(path: string | null): Promise<ReadPolicy> {
  if (path === null) return { ok: true, policy: DEFAULT_POLICY };
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    return { ok: false, mistakes: [`can't be read: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const parsed = parsePolicy(content);
  if (parsed.ok) return parsed;
  return {
    ok: false,
    mistakes: parsed.violations.map(({ path: at, message, allowed }) => `${at} ${message} (allowed: ${allowed})`),
  };
}
