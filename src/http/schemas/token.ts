import { z } from 'zod';
import { featureKeySchema } from '../../domain/feature/featureSchema.ts';
import { ROLES } from '../../domain/governance/role.ts';
import { timeSchema } from './list.ts';

const shape = {
  id: z.string(),
  subject: z.string().describe('the person or service; several tokens of one subject are one person'),
  roles: z.array(z.enum(ROLES)),
  features: z.array(z.string()).nullable().describe('null: every feature'),
  createdAt: timeSchema,
  expiresAt: timeSchema.nullable(),
};

export const tokenSchema = z.strictObject(shape).meta({ id: 'Token' });

/** Shown this once: only a hash is kept. */
export const issuedTokenSchema = z.strictObject({ ...shape, token: z.string() }).meta({ id: 'IssuedToken' });

export const newTokenBody = z.strictObject({
  subject: z
    .string()
    .trim()
    .min(1)
    .max(200)
    // Two subjects that look alike would be two people to four eyes.
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, { message: 'must hold no invisible characters' })
    .refine((subject) => subject.normalize('NFC') === subject, { message: 'must be in Unicode normal form C' }),
  roles: z.array(z.enum(ROLES)).min(1).max(ROLES.length),
  features: z.array(featureKeySchema).min(1).max(100).optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});
