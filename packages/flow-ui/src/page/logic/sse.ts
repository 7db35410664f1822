/** Reads a `text/event-stream` that comes in pieces: each event's data is one JSON value. */

/** Returns what takes the next piece of the stream, and gives the values that it completed. */
export function streamReader(): (piece: string) => unknown[] {
  let rest = '';
  return (piece) => {
    const events = (rest + piece).replaceAll('\r\n', '\n').split('\n\n');
    rest = events.pop() ?? '';
    return events.flatMap((event) => {
      const data = dataOf(event);
      return data === '' ? [] : [JSON.parse(data)];
    });
  };
}

/** Comments, which keep the line open, and all other fields are passed over. */
function dataOf(event: string): string {
  return event
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).replace(/^ /, ''))
    .join('\n');
}
