import { connect, type Socket } from 'node:net';

/** Many readers of the stream of changes, a socket each, that count what they are told. */
export class Streams implements AsyncDisposable {
  readonly #sockets: Socket[] = [];
  readonly #heard: number[] = [];
  readonly #woken = new Set<() => void>();
  #failure: Error | null = null;

  /** Resolves when all have been told that they may have missed something, which is the first event. */
  static async open(count: number, url: string, token: string): Promise<Streams> {
    await using opening = new AsyncDisposableStack();
    const streams = opening.use(new Streams());
    const { hostname, port } = new URL(url);
    const request = `GET /v1/stream HTTP/1.1\r\nHost: ${hostname}\r\nX-API-Key: ${token}\r\n\r\n`;
    for (let index = 0; index < count; index += 1) streams.#add(connect(Number(port), hostname), request);
    await streams.told(1);
    opening.move();
    return streams;
  }

  /** Resolves when each has heard of so many events at least. */
  async told(events: number): Promise<void> {
    while (this.#heard.some((heard) => heard < events)) {
      if (this.#failure !== null) throw this.#failure;
      await new Promise<void>((resolve) => this.#woken.add(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
  }

  #add(socket: Socket, request: string): void {
    const index = this.#sockets.push(socket) - 1;
    this.#heard.push(0);
    socket.setEncoding('latin1');
    socket.on('error', (error) => this.#fail(error));
    socket.on('data', (text: string) => {
      const events = text.split('"refetchEvaluation"').length - 1;
      if (!text.startsWith('HTTP/') || text.startsWith('HTTP/1.1 200')) this.#hear(index, events);
      else this.#fail(new Error(`a stream was refused: ${text.slice(0, 200)}`));
    });
    socket.write(request);
  }

  #hear(index: number, events: number): void {
    this.#heard[index] = (this.#heard[index] ?? 0) + events;
    if (events > 0) this.#wake();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#woken) wake();
    this.#woken.clear();
  }
}
