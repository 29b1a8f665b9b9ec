/** One event of a stream: what it says, and the place in the stream that it stands for. */
export type ServerSentEvent = {
  readonly id: string | null;
  readonly data: string;
  /** How long the server asks to wait before connecting anew, as it said last; null where it did not. */
  readonly retryMs: number | null;
};

/** A line or an event beyond this is no flag of anybody's: better to connect anew than to keep it for ever. */
const LONGEST_EVENT = 32 * 1024 * 1024;

const END_OF_LINE = /\r\n|\n|\r/g;

/** Reads `text/event-stream` as the HTML standard has it (9.2.6), as far as Sluice writes it: all events are of the default type. */
export async function* serverSentEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  const event = new OpenEvent();
  let rest = '';
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const { lines, left } = linesOf(rest);
    rest = left;
    for (const line of lines) {
      const done = event.take(line);
      if (done !== null) yield done;
    }
    if (rest.length + event.length > LONGEST_EVENT) throw new Error('an event of the stream is too long');
  }
}

/** Whole lines, and what has no end yet. A carriage return at the very end may be half of one. */
function linesOf(text: string): { readonly lines: readonly string[]; readonly left: string } {
  const lines: string[] = [];
  let begin = 0;
  for (const { 0: end, index } of text.matchAll(END_OF_LINE)) {
    if (end === '\r' && index === text.length - 1) break;
    lines.push(text.slice(begin, index));
    begin = index + end.length;
  }
  return { lines, left: text.slice(begin) };
}

/** An event whose lines are still coming. */
class OpenEvent {
  #id: string | null = null;
  #retryMs: number | null = null;
  #data: string[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The event, once an empty line ends it; one without data is none. */
  take(line: string): ServerSentEvent | null {
    if (line === '') return this.#end();
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id' && !value.includes('\0')) this.#id = value;
    if (field === 'retry' && /^\d{1,9}$/.test(value)) this.#retryMs = Number(value);
    if (field === 'data') this.#add(value);
    return null;
  }

  #add(value: string): void {
    this.#data.push(value);
    this.#length += value.length;
  }

  #end(): ServerSentEvent | null {
    const event =
      this.#data.length === 0 ? null : { id: this.#id, data: this.#data.join('\n'), retryMs: this.#retryMs };
    this.#data = [];
    this.#length = 0;
    return event;
  }
}
