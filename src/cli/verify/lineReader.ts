import { isUtf8 } from 'node:buffer';

/** Longer than any entry that Sluice writes (a request has at most one mebibyte): more in one line is no ledger. */
const LONGEST_LINE_BYTES = 16 * 1024 * 1024;

/** A line as it came, or what is wrong with it. The number of a line is told by whoever counts. */
export type Line = { readonly text: string } | { readonly fault: string };

const LINE_FEED = 0x0a;

/** Cuts bytes into lines, of which it never holds more than one that is not ended yet. */
export class LineReader {
  readonly #longestBytes: number;
  #begun: Uint8Array[] = [];
  #begunBytes = 0;

  constructor(longestBytes = LONGEST_LINE_BYTES) {
    this.#longestBytes = longestBytes;
  }

  /** The lines that end in this chunk. After a fault nothing more is worth reading. */
  *push(chunk: Uint8Array): Generator<Line> {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      yield this.#ended(chunk.subarray(from, end));
      from = end + 1;
    }
    const rest = chunk.subarray(from);
    if (this.#begunBytes + rest.length > this.#longestBytes) yield this.#tooLong();
    else if (rest.length > 0) this.#begin(rest);
  }

  /** What is wrong with the end: every line, the last one too, is ended by a line feed. */
  end(): string | null {
    return this.#begunBytes === 0 ? null : 'is cut off: it is not ended by a line feed';
  }

  #begin(part: Uint8Array): void {
    // Copied: whoever reads may fill the same chunk again.
    this.#begun.push(Uint8Array.from(part));
    this.#begunBytes += part.length;
  }

  #ended(part: Uint8Array): Line {
    if (this.#begunBytes + part.length > this.#longestBytes) return this.#tooLong();
    const bytes = this.#begunBytes === 0 ? Buffer.from(part.buffer, part.byteOffset, part.length) : this.#joined(part);
    return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { fault: 'is not UTF-8' };
  }

  #joined(part: Uint8Array): Buffer {
    const bytes = Buffer.concat([...this.#begun, part]);
    this.#begun = [];
    this.#begunBytes = 0;
    return bytes;
  }

  #tooLong(): Line {
    return { fault: `is longer than ${this.#longestBytes} bytes, which no line of a ledger is` };
  }
}
