import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../control/refusal.ts';
import type { SimulationEvent } from '../../control/simulation/simulationEvent.ts';
import { logFault } from '../answerProblem.ts';
import { problemOf } from '../problem.ts';
import { simulatedInReach } from '../reach.ts';
import { refusalOf } from '../refusalOf.ts';
import { simulationBody, simulationResultSchema } from '../schemas/simulation.ts';
import { simulationLine, simulationView } from '../views/simulationView.ts';
import type { RouteDeps, Scope } from './scope.ts';

const LINES = 'application/x-ndjson';

const response = {
  200: {
    description:
      'What would have happened. As lines, each with a `type`, as it is found out: `begun`, `progress`, `decision`, `stage`, and at last `result`, or `problem` where it could not go on.',
    content: { 'application/json': { schema: simulationResultSchema }, [LINES]: { schema: z.string() } },
  },
};

export function simulationRoutes(scope: Scope, { application }: RouteDeps): void {
  const stopping = new AbortController();
  // Whoever waits for the end of one would keep the server from stopping.
  scope.addHook('preClose', async () => stopping.abort(ended('the server is stopping')));
  scope.post(
    '/simulations',
    {
      schema: {
        operationId: 'simulate',
        summary: 'Try a contract on a past period of recorded data; nothing is stored',
        tags: ['contracts'],
        body: simulationBody,
        response,
      },
      config: {
        right: 'operate',
        refusals: [
          ...(['CONTRACT_INVALID', 'SIMULATION_INVALID', 'NOT_FOUND', 'POLICY_REPLACED'] as const),
          ...(['SIMULATIONS_BUSY', 'PAST_UNREADABLE'] as const),
        ],
      },
      preHandler: simulatedInReach,
    },
    async (request, reply) => {
      const signal = AbortSignal.any([stopping.signal, goneOf(reply)]);
      const events = application.simulations.run(request.body, signal);
      if (!wantsLines(request)) return reply.type('application/json').send(simulationView(await resultOf(events)));
      // What is refused at once is refused by its status.
      const first = await events.next();
      return sendLines(reply, linesOf(first, events, request));
    },
  );
}

/** As fast as they are taken. */
const sendLines = (reply: FastifyReply, lines: AsyncIterable<Uint8Array>) =>
  reply.type(LINES).send(ReadableStream.from(lines));

const wantsLines = ({ headers }: FastifyRequest) => headers.accept?.includes(LINES) === true;

const ended = (why: string) => new Refusal('OVERLOADED', why);

/** Aborted when there is nobody left to tell. */
function goneOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort(ended('the client has gone')));
  return gone.signal;
}

async function resultOf(events: AsyncIterable<SimulationEvent>) {
  for await (const event of events) if (event.kind === 'result') return event.result;
  throw new Error('a simulation ended without a result');
}

type First = IteratorResult<SimulationEvent, void>;

/** No further once nobody takes them. */
async function* linesOf(first: First, events: AsyncGenerator<SimulationEvent, void>, request: FastifyRequest) {
  const encoder = new TextEncoder();
  const line = (content: object) => encoder.encode(`${JSON.stringify(content)}\n`);
  try {
    if (first.done !== true) yield line(simulationLine(first.value));
    for await (const event of events) yield line(simulationLine(event));
  } catch (error) {
    const refusal = refusalOf(error);
    logFault(error, refusal, request);
    yield line({ type: 'problem', problem: problemOf(refusal, request.id) });
  } finally {
    await events.return();
  }
}
