/** What is asked of a server again and again, since it may be away for a while. */

/** How soon. Milliseconds. */
const RETRY_MS = 500;

/** Resolves when it has succeeded once, or nobody wants it any more. @param isOver nobody wants it any more */
export async function again(ask: () => Promise<void>, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    try {
      return await ask();
    } catch {
      if (isOver()) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
