/**
 * Settles as the work does, or rejects when `fail` is called before. Unlike `Promise.race` it asks nothing of the promises
 * when the work has begun: a step may have replaced what it would ask.
 *
 * @param failing gets `fail` before the work begins
 */
export function firstOf<T>(
  work: () => Promise<T>,
  failing: (fail: (error: unknown) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    failing(reject);
    void settle(work, resolve, reject);
  });
}

async function settle<T>(
  work: () => Promise<T>,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): Promise<void> {
  try {
    resolve(await work());
  } catch (error) {
    reject(error);
  }
}
