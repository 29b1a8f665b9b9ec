/** An event of the default type `message` (HTML, server-sent events). `data` is JSON, which has no line breaks. */
export function eventText(data: string, id: string | null): Buffer {
  return Buffer.from(`${id === null ? '' : `id: ${id}\n`}data: ${data}\n\n`);
}
