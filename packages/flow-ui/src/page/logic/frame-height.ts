/** What a frame may say of itself: how high it is. Nothing else of it is heard. */

/** Pixels. A card that is higher scrolls inside of its frame. */
const [LEAST, MOST] = [24, 12_000];

/** @returns pixels, undefined where a message says no height */
export function heightOf(message: unknown): number | undefined {
  if (typeof message !== 'object' || message === null || !('cardHeight' in message)) return undefined;
  const height: unknown = message.cardHeight;
  return typeof height === 'number' && height > 0
    ? Math.min(MOST, Math.max(LEAST, Math.ceil(height)))
    : undefined;
}
