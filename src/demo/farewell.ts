import type { Installation } from './story/installation.ts';
import type { Outcome } from './story/outcome.ts';

/** The last line, by which anybody sees whether the demo did what it says. */
export function verdictOn(outcomes: readonly Outcome[]): string {
  const wrong = outcomes.filter((outcome) => !outcome.isAsItMust);
  if (wrong.length === 0) return '\nBoth ended as they must: the good release with everyone, the bad one with nobody.';
  return `\nNot as it must be: ${wrong.map((outcome) => `${outcome.feature} is ${outcome.wedgeState}`).join(', ')}`;
}

/** What to play with while everything goes on running. */
export function invitation({ sluiceUrl, shopUrl, adminToken, people }: Installation, folder: string): string {
  return `
Everything goes on running until Ctrl-C:
  the API in a browser    ${sluiceUrl}/docs
  the shop                ${shopUrl}/checkout?user=user-001   its metrics ${shopUrl}/metrics
  data and logs           ${folder}

export SLUICE=${sluiceUrl}
export ADMIN=${adminToken}
export OPERATOR=${people.operator}
export APPROVER=${people.approver}
curl -sH "Authorization: Bearer $OPERATOR" $SLUICE/v1/rollouts`;
}

/** An error, with those that came while it was cleaned up after. */
export function whatWentWrong(error: unknown): string {
  if (error instanceof SuppressedError) return `${whatWentWrong(error.suppressed)}\n${whatWentWrong(error.error)}`;
  return String(error);
}
