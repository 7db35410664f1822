/** The channel by which a process talks to the one that started it. */

/**
 * The channel of a process that another one started, as Nx does, would keep it alive, so that an await of what never comes
 * would not be noticed. Returns a function that puts that right.
 */
export function letGoOfChannel(): () => void {
  const { channel } = process;
  if (!channel) return () => {};
  try {
    channel.unref();
  } catch {
    // A test runner's copy of the process cannot be let go.
    return () => {};
  }
  return () => {
    if (process.listenerCount('message') + process.listenerCount('disconnect') > 0) channel.ref();
  };
}
