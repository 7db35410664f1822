/** Answers of a broker that cannot be given. */
import { frame, type Reply } from './protocol';

/** Frames a reply. A reply too large for one message fails only its own request. */
export function framed(reply: Reply): Buffer {
  try {
    return frame(reply);
  } catch (error) {
    return frame(failure(reply.id, error as Error));
  }
}

export function failure(id: number, { message, code }: Error & { code?: string }): Reply {
  return { id, error: { message, ...(code ? { code } : {}) } };
}
