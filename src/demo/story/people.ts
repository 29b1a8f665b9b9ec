import { tokenAnswer } from '../sluice/answers.ts';
import { Session } from '../sluice/session.ts';

/** Tokens of those who act in the story. Two people: nobody approves what they proposed. */
export type People = {
  /** Olga: proposes, starts. */
  readonly operator: string;
  /** Paul: approves. */
  readonly approver: string;
  /** The shop: may look flags up, and nothing else. */
  readonly shop: string;
};

export async function introducePeople(sluiceUrl: string, adminToken: string, signal: AbortSignal): Promise<People> {
  const admin = new Session(sluiceUrl, adminToken, signal);
  const issue = async (subject: string, role: string) =>
    (await admin.post('/v1/tokens', { subject, roles: [role] }, tokenAnswer)).token;
  return {
    operator: await issue('olga', 'operator'),
    approver: await issue('paul', 'approver'),
    shop: await issue('shop', 'service'),
  };
}
