import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { z } from 'zod';

const eventData = z.looseObject({ type: z.string() });
export type StreamEvent = { readonly id: string | null } & z.infer<typeof eventData>;

type Opened = { readonly headers?: Readonly<Record<string, string>> };

/** A client of server-sent events over a socket of its own, that shows all that it is sent. Disposal closes it. */
export class StreamReader implements AsyncDisposable {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly events: StreamEvent[] = [];
  readonly comments: string[] = [];
  retryMs: number | null = null;
  hasEnded = false;
  readonly #request: ClientRequest;
  readonly #response: IncomingMessage;
  readonly #woken = new Set<() => void>();
  #rest = '';

  /** Resolves when the head of the answer is there. */
  static open(url: string, { headers = {} }: Opened = {}): Promise<StreamReader> {
    return new Promise((resolve, reject) => {
      const request = get(url, { headers, agent: false }, (response) => resolve(new StreamReader(request, response)));
      request.once('error', reject);
    });
  }

  private constructor(request: ClientRequest, response: IncomingMessage) {
    this.#request = request;
    this.#response = response;
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    request.on('error', () => this.#ended());
    response.on('error', () => this.#ended());
    response.on('close', () => this.#ended());
    response.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
  }

  /** The next event that was not asked for yet. */
  async next(): Promise<StreamEvent> {
    await this.until(() => this.events.length > 0);
    const event = this.events.shift();
    if (event === undefined) throw new Error('the stream has ended');
    return event;
  }

  /** The next that is no heartbeat: on a busy machine one may come at any time. */
  async nextChange(): Promise<StreamEvent> {
    const event = await this.next();
    return event.type === 'alive' ? this.nextChange() : event;
  }

  /** Resolves when it holds, or the stream has ended. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.hasEnded) await new Promise<void>((resolve) => this.#woken.add(resolve));
  }

  /** Resolves when the server has ended it. */
  ended(): Promise<void> {
    return this.until(() => false);
  }

  /** Takes nothing more from its socket. */
  pause(): void {
    this.#response.pause();
  }

  close(): void {
    this.#request.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.ended();
  }

  #hear(text: string): void {
    this.#rest += text;
    const blocks = this.#rest.split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.#read(block.split('\n'));
    this.#wake();
  }

  #read(lines: readonly string[]): void {
    const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
    const [data, retry] = [field('data'), field('retry')];
    if (retry !== null) this.retryMs = Number(retry);
    if (lines[0]?.startsWith(':') === true) this.comments.push(lines[0]);
    if (data !== null) this.events.push({ ...eventData.parse(JSON.parse(data)), id: field('id') });
  }

  #ended(): void {
    this.hasEnded = true;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#woken) wake();
    this.#woken.clear();
  }
}
