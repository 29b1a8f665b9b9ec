import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

export type Received = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };
export type HookAnswer =
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  /** `silence` never answers, `hangUp` closes without a word, `noise` answers with what is no HTTP, `flood` never ends. */
  | 'silence'
  | 'hangUp'
  | 'noise'
  | 'flood';

/** A service that is asked by hooks, and answers as it is told to. Disposal ends it. */
export class HookReceiver implements AsyncDisposable {
  readonly received: Received[] = [];
  /** By how many it was asked before; the last one goes for all that follow. */
  answers: readonly HookAnswer[] = [{ status: 204 }];
  readonly #server = createServer(async (request, response) => {
    const { url = '', headers, method } = request;
    // Somebody only looks whether anybody is there.
    if (method !== 'POST') return void response.writeHead(405).end();
    const body = await text(request).catch(() => '');
    const answer = this.answers[this.received.length] ?? this.answers.at(-1) ?? 'silence';
    this.received.push({ path: url, headers, body });
    answerWith(response, answer);
  });

  static async start(): Promise<HookReceiver> {
    const receiver = new HookReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  /** `127.0.0.1:port` */
  get host(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it does not listen');
    return `127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

function answerWith(response: ServerResponse, answer: HookAnswer): void {
  switch (answer) {
    case 'silence':
      return;
    case 'hangUp':
      response.socket?.destroy();
      return;
    case 'noise':
      response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n');
      return;
    case 'flood':
      response.writeHead(200);
      flood(response);
      return;
    default:
      response.writeHead(answer.status, answer.headers ?? {});
      response.end(answer.body ?? '');
  }
}

function flood(response: ServerResponse): void {
  if (response.destroyed) return;
  response.write('x'.repeat(16_384));
  // Not as soon as it is written: whoever has hung up is only noticed when others get their turn.
  setImmediate(() => flood(response));
}
