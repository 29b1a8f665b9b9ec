import { DatabaseError } from 'pg';
import { z } from 'zod';
import { LedgerUnreachable } from '../../control/ports/ledger.ts';

/** What Prisma's adapter makes of PostgreSQL's words. `originalCode` is the SQLSTATE; without one PostgreSQL said nothing. */
const driverError = z.object({
  meta: z.object({
    driverAdapterError: z.object({
      cause: z.object({
        kind: z.string(),
        originalCode: z.string().optional(),
        constraint: z.object({ index: z.string() }).optional().catch(undefined),
      }),
    }),
  }),
});

const coded = z.object({ code: z.string() });
const told = z.object({ message: z.string() });

/**
 * SQLSTATEs with which PostgreSQL says that it can't answer now: connection (08), login (28), no such database, read-only standby,
 * idle in transaction, resources and disk (53), cancelled by timeout or shutdown (57), system and internal errors (58, XX).
 */
const UNABLE = /^(08|28|3D000|25006|25P03|53|57|58|XX)/;
/** Of these, what nobody but a person mends: the login, the name of the database. */
const REFUSED = /^(28|3D000)/;
const LOST_RACE = /^(40001|40P01|23505)$/;

const UNREACHABLE_KIND = /^(DatabaseNotReachable|ConnectionClosed|SocketTimeout|TlsConnectionError)$/;
/** Prisma: can't connect (P1...), no connection or no end of a transaction in time. Node: the codes of system errors. */
const UNREACHABLE_CODE = /^(P1\d{3}|P2024|P2028|E[A-Z]{3,})$/;
/** Errors of `pg` that have no code. */
const UNREACHABLE_WORDS =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client (has encountered a connection error|was closed)|Cannot use a pool after calling end)/;

/** The error to throw where PostgreSQL could not be reached or did not answer; null for every other error. */
export function unreachable(error: unknown): LedgerUnreachable | null {
  const state = sqlStateOf(error);
  const away = state === null ? saysUnreachable(error) : UNABLE.test(state);
  return away ? new LedgerUnreachable('PostgreSQL can not be reached or does not answer', { cause: error }) : null;
}

/** PostgreSQL's words, where it has answered that it will not have this account or knows no such database; null for all else. */
export function refusal(error: unknown): string | null {
  const told = error instanceof LedgerUnreachable ? error.cause : error;
  return told instanceof DatabaseError && REFUSED.test(told.code ?? '') ? told.message : null;
}

/** Somebody else was first: a deadlock, a serialization failure, or a row of the same key. `constraint` names the key. */
export function lostRace(error: unknown): { readonly constraint: string | null } | null {
  const state = sqlStateOf(error);
  if (state === null || !LOST_RACE.test(state)) return null;
  return { constraint: driverCause(error)?.constraint?.index ?? null };
}

function sqlStateOf(error: unknown): string | null {
  if (error instanceof DatabaseError) return error.code ?? null;
  return driverCause(error)?.originalCode ?? null;
}

const driverCause = (error: unknown) => driverError.safeParse(error).data?.meta.driverAdapterError.cause;

function saysUnreachable(error: unknown): boolean {
  if (UNREACHABLE_KIND.test(driverCause(error)?.kind ?? '')) return true;
  const code = coded.safeParse(error).data?.code ?? '';
  return UNREACHABLE_CODE.test(code) || UNREACHABLE_WORDS.test(told.safeParse(error).data?.message ?? '');
}
