/** Server-sent events (HTML Living Standard 9.2.6), as far as the API uses them: data lines, ended by an empty one. */

// An event is one message with its timeline; what is longer is no event of ours.
const maxEventCharacters = 1024 * 1024;
const field = 'data:';
// A line of so many holds more than an event may: what comes after makes no difference.
const maxLineCharacters = maxEventCharacters + 2 * field.length;

/** The data of each event. Comments and other fields are passed over; an event that is too long too. */
export async function* eventData(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLineCharacters) rest = rest.slice(0, maxLineCharacters);
    for (const line of lines) {
      const text = line.endsWith('\r') ? line.slice(0, -1) : line;
      if (text === '') {
        if (data.length > 0 && length <= maxEventCharacters) yield data.join('\n');
        data = [];
        length = 0;
      } else if (text.startsWith(field)) {
        const value = text.slice(text.startsWith(`${field} `) ? field.length + 1 : field.length);
        length += value.length;
        if (length <= maxEventCharacters) data.push(value);
      }
    }
  }
}
