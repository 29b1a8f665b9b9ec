import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Application } from '../../control/application.ts';
import type { Configuration } from '../../control/flags/configuration.ts';
import { Refusal } from '../../control/refusal.ts';
import { CLIENT, providerName } from '../../domain/confirmation/member.ts';
import { readTag } from '../../domain/feature/configurationTag.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { callerOf } from '../auth.ts';
import type { Scope } from '../routes/scope.ts';
import { flagQuery } from '../schemas/parameters.ts';
import { ChangeNotices } from './changeNotices.ts';
import { DocumentFeed } from './documentFeed.ts';
import type { EventCursor } from './eventCursor.ts';
import { FlagEvents } from './flagEvents.ts';
import { RolloutNews } from './rolloutNews.ts';
import type { StreamHub } from './streamHub.ts';

const querystring = z.strictObject({
  events: z.enum(['flags', 'rollouts']).default('flags').describe('rollouts: for who may view'),
  documents: flagQuery.optional().describe('each change with its document'),
  client: z
    .string()
    .regex(CLIENT)
    .optional()
    .describe('makes the reader a known provider, whose acknowledgements are waited for'),
  key: z.string().max(128).optional().describe('a stream key, where no header can be sent'),
});
type Query = z.infer<typeof querystring>;

const response = {
  200: {
    description:
      'Server-sent events of the default type, each with JSON: `refetchEvaluation`; with `documents` also `flag` and `alive`; with `events=rollouts` `listening`, `rollout` and `rolloutsMissed`. Resumes by `Last-Event-ID`.',
    content: { 'text/event-stream': { schema: z.string() } },
  },
};

export type StreamDeps = { readonly application: Application; readonly hub: StreamHub };

/** Changes as they happen, over a response that does not end. */
export function streamRoute(scope: Scope, deps: StreamDeps): void {
  const feeds = new FlagFeeds(deps.application.configuration);
  scope.get(
    '/stream',
    {
      schema: {
        operationId: 'stream',
        summary: 'Server-sent events: changes of flags, or entries of the ledger',
        tags: ['lookups'],
        querystring,
        response,
      },
      // Its answer to HEAD would never end either.
      exposeHeadRoute: false,
      config: {
        right: 'lookup',
        takesStreamKey: true,
        endless: true,
        refusals: ['STREAMS_FULL'],
        heeds: { 'Last-Event-ID': 'the id of the last event that was heard, of any replica' },
        rateLimit: false,
      },
    },
    async (request, reply) => {
      const { query } = request;
      requireWhole(request, query);
      const principal = callerOf(request);
      const cursor =
        query.events === 'flags'
          ? feeds.cursor(principal, query.documents === true, lastId(request))
          : await rolloutsCursor(deps.application, principal, lastId(request));
      deps.hub.admit(principal.tokenId);
      openStream(reply, deps, { cursor, principal, query });
      return reply;
    },
  );
}

/** A stream key is seen by whoever sees an address: it is good for hearing that something has changed. */
function requireWhole({ byStreamKey }: FastifyRequest, { events, documents, client }: Query): void {
  if (!byStreamKey || (events === 'flags' && documents !== true && client === undefined)) return;
  throw new Refusal('FORBIDDEN', 'this takes the token itself, in a header');
}

function lastId({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' ? id : undefined;
}

/** The events of flags; streams that see the same share one text of each. */
class FlagFeeds {
  readonly #configuration: Configuration;
  readonly #whole: FlagEvents;
  /** By the list of a token, which is the same one for as long as the token stands. */
  readonly #parts = new WeakMap<readonly string[], FlagEvents>();

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
    this.#whole = new FlagEvents(configuration, null);
  }

  cursor({ features }: Principal, documents: boolean, id: string | undefined): EventCursor {
    const events = features === null ? this.#whole : this.#part(features);
    const tag = readTag(id);
    return documents ? new DocumentFeed(events, tag) : new ChangeNotices(events, tag);
  }

  #part(features: readonly string[]): FlagEvents {
    const events = this.#parts.get(features) ?? new FlagEvents(this.#configuration, features);
    this.#parts.set(features, events);
    return events;
  }
}

/** Looks first: what was written before is no news to whoever comes now. */
async function rolloutsCursor(
  { entryFeed }: Application,
  principal: Principal,
  id: string | undefined,
): Promise<EventCursor> {
  await entryFeed.look();
  return new RolloutNews(entryFeed, principal, /^\d{1,15}$/.test(id ?? '') ? Number(id) : null);
}

type Opening = { readonly cursor: EventCursor; readonly principal: Principal; readonly query: Query };

function openStream(
  reply: FastifyReply,
  { hub, application }: StreamDeps,
  { cursor, principal, query }: Opening,
): void {
  const response = reply.raw;
  // Gone while the ledger was looked at: its end has been told already, and nobody would hear of it.
  if (response.destroyed || response.socket === null) return;
  reply.hijack();
  response.writeHead(200, { ...headersOf(reply), 'content-type': 'text/event-stream', ...UNBUFFERED });
  const { client, events } = query;
  const provider = client === undefined ? null : providerName(principal.subject, client);
  const onEnd = () => (provider === null ? undefined : application.providers.left(provider));
  hub.open({ response, cursor, tokenId: principal.tokenId, onEnd }, events === 'rollouts');
  if (provider !== null) application.providers.arrived(provider);
}

/** Nothing between here and the reader may keep events back until there are more of them. */
const UNBUFFERED = { 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' };

/** What hooks have set for any answer: CORS, the request's number. */
function headersOf(reply: FastifyReply): Record<string, string | number | string[]> {
  const set = Object.entries(reply.getHeaders()).filter((header) => header[1] !== undefined);
  return Object.fromEntries(set) as Record<string, string | number | string[]>;
}
