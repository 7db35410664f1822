/** What was heard of a log and is in no reply yet: the last piece of a spin's log is in one only when it cannot grow any more. */
import type { Message } from '../../../api/messages';
import type { Piece } from './lines';

/** Characters of what was told that are looked at: the piece that is kept back is shorter. */
export const LOOKED_AT = 8_000;

/** @param told the end of all that replies had, up to {@link LOOKED_AT} characters. @returns what was heard after that */
export function untold(heard: readonly Piece[], told: string): Piece[] {
  let [text, covered] = ['', 0];
  for (const [i, piece] of heard.entries()) {
    text += piece.text;
    if (text.length > told.length) break;
    if (told.endsWith(text)) covered = i + 1;
  }
  return heard.slice(covered);
}

/** What a message says that a spin has printed. @param work of the spin */
export function printedBy(work: string, message: Message): Piece | undefined {
  if (message.type !== 'event' || message.work !== work || message.event.type !== 'task-log')
    return undefined;
  const { stream, text } = message.event;
  return { stream, text, at: message.at, attempt: 0 };
}
