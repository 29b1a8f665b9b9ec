import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** A request as it goes over the wire; nothing of it is put right on the way. */
export type Wired = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Parts are sent one by one, chunked; null sends no body. */
  readonly body: Buffer | readonly Buffer[] | null;
};
export type WiredAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
};

/** The answer of a server that listens at `origin`. A connection of its own, so that none can meddle with another. */
export async function overTheWire(origin: string, { method, path, headers, body }: Wired): Promise<WiredAnswer> {
  const { hostname, port } = new URL(origin);
  const parts = body === null ? [] : Buffer.isBuffer(body) ? [body] : body;
  const sized = Buffer.isBuffer(body) ? { 'content-length': String(body.length) } : {};
  const asked = request({ hostname, port, method, path, headers: { ...sized, ...headers }, agent: false });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  asked.once('response', resolve).once('error', reject);
  for (const part of parts) asked.write(part);
  asked.end();
  const answer = await promise;
  const said = await text(answer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: said };
}
