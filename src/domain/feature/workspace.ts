/** Each is sent along with every document of its feature. */
const LONGEST_WORKSPACE_ID = 256;

/** Whether a workspace of this name can have an override. `__proto__` can't: readers of JSON drop it, and a cap that is lost lets people in. */
export function isNameable(workspaceId: string): boolean {
  if (workspaceId.trim() === '' || /\p{Cc}/u.test(workspaceId)) return false;
  return workspaceId !== '__proto__' && workspaceId.length <= LONGEST_WORKSPACE_ID;
}

type ByWorkspace<T> = Readonly<Record<string, T>>;

/** What is said of a workspace; null where nothing is. Own members only: a workspace may be called `constructor`. */
export function ofWorkspace<T>(map: ByWorkspace<T>, workspaceId: string | null): T | null {
  return workspaceId !== null && Object.hasOwn(map, workspaceId) ? (map[workspaceId] ?? null) : null;
}

/** The same without this workspace. */
export function withoutWorkspace<T>(map: ByWorkspace<T>, workspaceId: string): ByWorkspace<T> {
  return Object.fromEntries(Object.entries(map).filter(([id]) => id !== workspaceId));
}

/** The same with this workspace. */
export function withWorkspace<T>(map: ByWorkspace<T>, workspaceId: string, value: T): ByWorkspace<T> {
  return Object.fromEntries([...Object.entries(map).filter(([id]) => id !== workspaceId), [workspaceId, value]]);
}
