/** Work handed to a worker ahead of time, in milliseconds: hides the round trip of quick tasks, keeps slow ones apart. */
export const AHEAD_MS = 20;

export const AHEAD_TASKS = 64;
