import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

type Asked = {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | null;
  readonly form: URLSearchParams;
};
export type StubAnswer =
  | { readonly status?: number; readonly type?: string; readonly body: string }
  /** `silence` never answers, `hangUp` closes half-way through the answer. */
  | 'silence'
  | 'hangUp';
export type StubPrometheus = {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly asked: Asked[];
  /** The most requests that were under way at a time. */
  readonly mostAtOnce: () => number;
  /** How every request is answered from now on. */
  readonly answer: (how: StubAnswer | ((asked: Asked) => StubAnswer | Promise<StubAnswer>)) => void;
  readonly stop: () => Promise<void>;
};

/** An HTTP server that speaks as it is told to, where a real Prometheus would have to be broken. */
export async function startStubPrometheus(): Promise<StubPrometheus> {
  const asked: Asked[] = [];
  let how: Parameters<StubPrometheus['answer']>[0] = vector([]);
  let atOnce = 0;
  let mostAtOnce = 0;
  const server = createServer(async (request, response) => {
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    response.once('close', () => {
      atOnce -= 1;
    });
    const one = await read(request);
    asked.push(one);
    send(response, typeof how === 'function' ? await how(one) : how);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given');
  return {
    host: `127.0.0.1:${address.port}`,
    asked,
    mostAtOnce: () => mostAtOnce,
    answer: (wanted) => {
      how = wanted;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A vector as the API answers it. */
export function vector(
  samples: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: string }[],
  more: Readonly<Record<string, unknown>> = {},
): StubAnswer {
  const result = samples.map(({ labels = {}, value }) => ({ metric: labels, value: [1_700_000_000.123, value] }));
  return json({ status: 'success', data: { resultType: 'vector', result }, ...more });
}

export function json(content: unknown, status = 200): StubAnswer {
  return { status, type: 'application/json', body: JSON.stringify(content) };
}

async function read(request: IncomingMessage): Promise<Asked> {
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    authorization: request.headers.authorization ?? null,
    form: new URLSearchParams(await text(request)),
  };
}

function send(response: ServerResponse, answer: StubAnswer): void {
  if (answer === 'silence') return;
  if (answer === 'hangUp') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"status":');
    response.socket?.destroySoon();
    return;
  }
  response.writeHead(answer.status ?? 200, { 'content-type': answer.type ?? 'application/json' });
  response.end(answer.body);
}
