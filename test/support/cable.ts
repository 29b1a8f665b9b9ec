import { once } from 'node:events';
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';

/** What lies between two processes: everything passes through it, until it is cut or nothing moves in it any more. Disposal ends it. */
export class Cable implements AsyncDisposable {
  #target: NetConnectOpts;
  readonly #sockets = new Set<Socket>();
  #server: Server;
  #isFrozen = false;

  /** To a TCP port, or to a Unix socket. */
  static async to(target: NetConnectOpts): Promise<Cable> {
    const cable = new Cable(target);
    await cable.#listen(0);
    return cable;
  }

  private constructor(target: NetConnectOpts) {
    this.#target = target;
    this.#server = this.#plug();
  }

  /** Of 127.0.0.1. */
  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the cable is not plugged in');
    return address.port;
  }

  /** From now on nothing passes, and nobody is told. */
  freeze(): void {
    this.#isFrozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** From now on connections break, and new ones are refused. The answer plugs it in again, at the same port. */
  async cut(): Promise<() => Promise<void>> {
    const { port } = this;
    await this.#unplug();
    return async () => {
      if (this.#server.listening) return;
      this.#server = this.#plug();
      await this.#listen(port);
    };
  }

  /** From now on it leads to another place, as the address of a service does that has failed over. */
  async reroute(target: NetConnectOpts): Promise<void> {
    const plugIn = await this.cut();
    this.#target = target;
    await plugIn();
  }

  /** What was held up goes on. */
  thaw(): void {
    this.#isFrozen = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#unplug();
  }

  async #unplug(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  async #listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #plug(): Server {
    return createServer((here) => {
      const there = connect(this.#target);
      this.#lead(here, there);
      this.#lead(there, here);
    });
  }

  #lead(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => to.write(chunk));
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    if (this.#isFrozen) from.pause();
  }
}
