/** What a batch that failed means for those that come after it. */

/**
 * Thrown for every unanswered request when a batch has failed. A failed write leaves a torn record in LevelDB's
 * log. LevelDB goes on writing after it and drops, at its next start, what follows it. So a database acknowledges
 * nothing after a failed batch. A request with this error may or may not be in it, and must be sent again to a
 * database that was opened again.
 */
export class NotAcknowledged extends Error {
  constructor(cause: unknown) {
    super('An earlier write failed, so the database has to be opened anew before this is done.', { cause });
  }
}

/** Whether a batch was refused before LevelDB wrote it, for invalid keys or values. */
export function isRefusal(error: unknown): boolean {
  const { code = '' } = error as { code?: string };
  return code.startsWith('LEVEL_INVALID_');
}
