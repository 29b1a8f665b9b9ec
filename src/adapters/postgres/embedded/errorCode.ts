/** The `code` of a system call's error (`ENOENT`) or of PostgreSQL's (an SQLSTATE such as `57P03`). */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
