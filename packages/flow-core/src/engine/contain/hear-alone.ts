/** Hears an event of the process in the place of all others, which hear it again when the returned function is called. */
export function hearAlone(event: 'beforeExit', listener: () => void): () => void {
  const others = process.rawListeners(event) as (() => void)[];
  for (const other of others) process.off(event, other);
  process.on(event, listener);
  return () => {
    process.off(event, listener);
    for (const other of others.reverse()) process.prependListener(event, other);
  };
}
