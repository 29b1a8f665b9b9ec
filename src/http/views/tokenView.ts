import type { z } from 'zod';
import type { TokenView } from '../../control/application.ts';
import { timeOf, timeOrNull } from '../../domain/time.ts';
import type { issuedTokenSchema, tokenSchema } from '../schemas/token.ts';

export function tokenView(token: TokenView): z.infer<typeof tokenSchema> {
  return {
    id: token.id,
    subject: token.subject,
    roles: [...token.roles],
    features: token.features === null ? null : [...token.features],
    createdAt: timeOf(token.createdAtMs),
    expiresAt: timeOrNull(token.expiresAtMs),
  };
}

/** The only answer that ever holds the token itself. */
export function issuedTokenView(issued: TokenView & { readonly token: string }): z.infer<typeof issuedTokenSchema> {
  return { ...tokenView(issued), token: issued.token };
}
