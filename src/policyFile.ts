import { DEFAULT_POLICY, type Policy, parsePolicy } from './domain/contract/policy.ts';
import { readJsonFile } from './jsonFile.ts';

export type ReadPolicy =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly mistakes: readonly string[] };

/** The installation's policy; every mistake in the file at once. Without a file the defaults. */
export async function readPolicyFile(path: string | null): Promise<ReadPolicy> {
  if (path === null) return { ok: true, policy: DEFAULT_POLICY };
  const file = await readJsonFile(path);
  if (!file.ok) return file;
  const parsed = parsePolicy(file.content);
  if (parsed.ok) return parsed;
  return {
    ok: false,
    mistakes: parsed.violations.map(({ path: at, message, allowed }) => `${at} ${message} (allowed: ${allowed})`),
  };
}
