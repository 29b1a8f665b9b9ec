import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../control/ports/clock.ts';
import type { IdempotencyRegister } from '../control/ports/idempotencyRegister.ts';
import { Refusal } from '../control/refusal.ts';
import { sha256Hex } from '../domain/ledger/digest.ts';
import { bearerOf, callerOf } from './auth.ts';
import { seal, unseal } from './sealedAnswer.ts';

/** A new resource and where it lies. */
export type Created<T> = { readonly resource: T; readonly location: string };

type Kept = { readonly tokenId: string; readonly token: string; readonly key: string; readonly requestHash: string };

/** Creating: 201 with the resource and its `Location`; with an `Idempotency-Key`, once. */
export class Creation {
  readonly #register: IdempotencyRegister;
  readonly #clock: Clock;

  constructor(register: IdempotencyRegister, clock: Clock) {
    this.#register = register;
    this.#clock = clock;
  }

  async once<T extends object>(
    request: FastifyRequest,
    reply: FastifyReply,
    create: () => Promise<Created<T>>,
  ): Promise<T> {
    const kept = keptUnder(request);
    if (kept === null) return answer(reply, await create());
    const begun = await this.#register.begin(kept.tokenId, kept.key, kept.requestHash, this.#clock.nowMs());
    switch (begun.kind) {
      case 'fresh':
        return answer(reply, await this.#createAndKeep(request, kept, create));
      case 'busy':
        throw new Refusal('IDEMPOTENCY_BUSY', 'ask again in a moment');
      case 'mismatch':
        throw new Refusal('IDEMPOTENCY_MISMATCH', 'a key stands for one request; take a new key for a new one');
      case 'answered':
        reply.header('idempotency-replayed', 'true');
        return answer(reply, unsealed<T>(begun.answer.body, kept));
    }
  }

  async #createAndKeep<T>(request: FastifyRequest, kept: Kept, create: () => Promise<Created<T>>): Promise<Created<T>> {
    try {
      const created = await create();
      await this.#keep(kept, created).catch((error: unknown) => {
        // It is done: an error would tell the caller that it is not. Asked again, the key is busy until it is forgotten.
        request.log.warn({ err: error }, 'the answer to a create could not be kept');
      });
      return created;
    } catch (error) {
      // A refusal changed nothing, so the same key may try again. That this may fail too changes nothing of the refusal.
      await this.#register.abandon(kept.tokenId, kept.key).catch(() => undefined);
      throw error;
    }
  }

  async #keep(kept: Kept, created: Created<unknown>): Promise<void> {
    const body = seal(JSON.stringify(created), kept.token, kept.key);
    const { location } = created;
    await this.#register.keep(kept.tokenId, kept.key, { requestHash: kept.requestHash, status: 201, location, body });
  }
}

function keptUnder(request: FastifyRequest): Kept | null {
  const key = request.headers['idempotency-key'];
  const token = bearerOf(request);
  if (key === undefined || token === null) return null;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Refusal('SCHEMA', 'Idempotency-Key is 1 to 255 visible ASCII characters');
  }
  const requestHash = sha256Hex(`${request.method} ${request.url}\n${request.bodyText}`);
  return { tokenId: callerOf(request).tokenId, token, key, requestHash };
}

function answer<T extends object>(reply: FastifyReply, { resource, location }: Created<T>): T {
  reply.code(201).header('location', location);
  if ('version' in resource) reply.header('etag', `"${resource.version}"`);
  return resource;
}

function unsealed<T>(body: string, kept: Kept): Created<T> {
  const text = unseal(body, kept.token, kept.key);
  if (text === null) throw new Refusal('IDEMPOTENCY_MISMATCH', 'the answer was kept for another token');
  // Sealed by `#keep` under the same key and request, so it is what `create` of this route gave.
  return JSON.parse(text) as Created<T>;
}
