import { tokenAnswer } from '../../src/demo/sluice/answers.ts';
import { Session } from '../../src/demo/sluice/session.ts';
import { ADMIN_TOKEN } from '../support/sluice.ts';

/** A token that may look these features up, all of them where it is null, and nothing else. */
export async function issueLookupToken(
  sluiceUrl: string,
  features: readonly string[] | null,
  signal: AbortSignal,
): Promise<string> {
  const admin = new Session(sluiceUrl, ADMIN_TOKEN, signal);
  const bounds = features === null ? {} : { features };
  return (await admin.post('/v1/tokens', { subject: 'shop', roles: ['service'], ...bounds }, tokenAnswer)).token;
}
