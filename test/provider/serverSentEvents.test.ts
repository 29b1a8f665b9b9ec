import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ServerSentEvent, serverSentEvents } from '../../src/provider/serverSentEvents.ts';

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let begin = 0; begin < bytes.length; begin += size) yield bytes.subarray(begin, begin + size);
}

async function read(text: string, size = text.length): Promise<readonly ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  for await (const event of serverSentEvents(inChunks(new TextEncoder().encode(text), size))) events.push(event);
  return events;
}

const lineOfText = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n\0]/g, ''));

describe('a stream of events', () => {
  test('is the same however it is cut, and whatever ends its lines', async () => {
    const events = fc.array(fc.record({ id: lineOfText, data: fc.array(lineOfText, { minLength: 1, maxLength: 3 }) }));
    await fc.assert(
      fc.asyncProperty(
        events,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 9 }),
        async (all, end, size) => {
          const text = all
            .map(({ id, data }) => [`: beat`, `id: ${id}`, ...data.map((line) => `data: ${line}`), '', ''].join(end))
            .join('');
          // A carriage return that nothing follows yet may be half of an end: the next byte tells.
          const told = await read(`${text}:${end}`, size);
          expect(told).toEqual(all.map(({ id, data }) => ({ id, data: data.join('\n'), retryMs: null })));
        },
      ),
      { numRuns: 30 },
    );
  });

  test('keeps its place where an event names none, and knows no other fields', async () => {
    expect(await read('id: 7\ndata: a\n\nretry: 5\nevent: x\ndata:b\n\nid\ndata\n\n')).toEqual([
      { id: '7', data: 'a', retryMs: null },
      { id: '7', data: 'b', retryMs: 5 },
      { id: '', data: '', retryMs: 5 },
    ]);
  });

  test('an event that was not ended is none', async () => expect(await read('data: a\n\ndata: b\n')).toHaveLength(1));

  test('gives up what never ends', async () => {
    const endless = inChunks(new Uint8Array(33 * 1024 * 1024).fill(97), 1024 * 1024);
    await expect(serverSentEvents(endless).next()).rejects.toThrow('too long');
  });
});
