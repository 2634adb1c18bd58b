/** Lines of a byte stream as they come; throws when one exceeds `maxBytes`. A last line without its end is left out. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      parts.push(text.slice(from, end));
      yield parts.join('');
      parts = [];
      size = 0;
      from = end + 1;
    }
    if (from >= text.length) continue;
    const rest = from === 0 ? text : text.slice(from);
    size += rest.length;
    if (size > maxBytes) throw new Error(`a line of the stream is longer than ${maxBytes} bytes`);
    parts.push(rest);
  }
}
