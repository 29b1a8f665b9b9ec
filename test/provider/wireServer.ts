import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FlagDocument } from '../../src/domain/feature/flagDocument.ts';

export const TOKEN = 'the-token-of-the-service';

type Heard = { readonly client: string; readonly versions: Readonly<Record<string, number>>; readonly leaving?: true };

/** Speaks Sluice's wire to providers, and holds its tongue, refuses, forgets and falls silent as a test says. */
export class WireServer implements AsyncDisposable {
  readonly documents = new Map<string, FlagDocument>();
  readonly acknowledgements: Heard[] = [];
  /** Each request as `METHOD path?query`, with what `Last-Event-ID` or `If-None-Match` said. */
  readonly requests: string[] = [];
  staleAfterSeconds = 60;
  ageSeconds = 0;
  /** Answered instead of the stream. */
  streamStatus: number | null = null;
  /** Answered instead of anything. */
  status: number | null = null;
  retryAfter: string | null = null;
  /** Takes requests, and answers none. */
  isDumb = false;
  /** Null: a stream says nothing by itself. */
  aliveMs: number | null = 40;
  #tag = 1;
  readonly #streams = new Set<ServerResponse>();
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));
  #port = 0;

  static async start(documents: readonly FlagDocument[] = []): Promise<WireServer> {
    const server = new WireServer();
    for (const document of documents) server.documents.set(document.feature, document);
    await server.listen();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get tag(): string {
    return `tag-${this.#tag}`;
  }

  get streams(): number {
    return this.#streams.size;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Away: nobody listens any more, and whoever was connected is cut off. Comes back by `listen`, under the same address. */
  async goAway(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.goAway();
  }

  /** Serves it from now on, and tells the streams. */
  publish(document: FlagDocument): void {
    this.documents.set(document.feature, document);
    this.#tell(document.feature, document);
  }

  archive(feature: string): void {
    this.documents.delete(feature);
    this.#tell(feature, null);
  }

  /** Serves it from now on, and no stream hears of it. */
  publishUnheard(document: FlagDocument): void {
    this.documents.set(document.feature, document);
    this.#tag += 1;
  }

  /** To every stream, as it is. */
  say(text: string): void {
    for (const stream of this.#streams) stream.write(text);
  }

  refetch(): void {
    this.say(eventOf(this.tag, { type: 'refetchEvaluation', etag: this.tag, lastModified: 1 }));
  }

  alive(): void {
    this.say(this.#alive());
  }

  endStreams(): void {
    for (const stream of this.#streams) stream.end();
  }

  #tell(feature: string, document: FlagDocument | null): void {
    this.#tag += 1;
    this.say(eventOf(this.tag, { type: 'flag', etag: this.tag, feature, document }));
  }

  #alive(): string {
    return eventOf(null, { type: 'alive', ageMilliseconds: this.ageSeconds * 1000, etag: this.tag });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://wire');
    const known = request.headers['last-event-id'] ?? request.headers['if-none-match'];
    this.requests.push([request.method, request.url, known].filter((part) => part !== undefined).join(' '));
    const body = await textOf(request);
    if (this.isDumb) return;
    const status = request.headers.authorization === `Bearer ${TOKEN}` ? this.status : 401;
    if (status !== null) response.writeHead(status, this.#refusal()).end('{}');
    else if (pathname === '/v1/snapshot') this.#answerSnapshot(request, response);
    else if (pathname === '/v1/stream') this.#answerStream(request, response);
    else if (pathname === '/v1/acknowledgements') this.#answerAcknowledgement(body, response);
    else response.writeHead(404).end();
  }

  #refusal(): Record<string, string> {
    return this.retryAfter === null ? {} : { 'retry-after': this.retryAfter };
  }

  #answerSnapshot({ headers }: IncomingMessage, response: ServerResponse): void {
    const told = { etag: `"${this.tag}"`, age: String(this.ageSeconds) };
    if (headers['if-none-match'] === told.etag) return void response.writeHead(304, told).end();
    const flags = [...this.documents.values()];
    const { staleAfterSeconds } = this;
    const body = JSON.stringify({ schema: 1, environment: 'test', staleAfterSeconds, flags });
    response.writeHead(200, { ...told, 'content-type': 'application/json' }).end(body);
  }

  #answerStream({ headers }: IncomingMessage, response: ServerResponse): void {
    if (this.streamStatus !== null) return void response.writeHead(this.streamStatus, this.#refusal()).end('{}');
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 1000\n\n');
    this.#streams.add(response);
    const { aliveMs } = this;
    if (aliveMs !== null) response.write(this.#alive());
    const beat = setInterval(() => response.write(this.#alive()), aliveMs ?? 2 ** 31 - 1);
    response.once('close', () => {
      clearInterval(beat);
      this.#streams.delete(response);
    });
    const last = headers['last-event-id'];
    if (last !== undefined && last !== this.tag) this.refetch();
  }

  #answerAcknowledgement(body: string, response: ServerResponse): void {
    this.acknowledgements.push(JSON.parse(body));
    response.writeHead(204).end();
  }
}

const eventOf = (id: string | null, data: object) =>
  `${id === null ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
