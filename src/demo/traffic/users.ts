/** `user-001`, `user-002`, …: who comes to the shop. */
export function userNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `user-${String(index + 1).padStart(3, '0')}`);
}
