/** What the server says of itself, asked once for all of the page. */
import type { About } from '../../api/routes';
import { AskError, ask } from './ask';
import { value } from './value';

/** Of the routes that this page speaks. */
const VERSION = 1;

export const about = value<About | undefined>(undefined);

/** Asks for it again: another flow may have runs now. @throws AskError, also for a server of another version. */
export async function askAbout(): Promise<About> {
  const answer = await ask<About>('/api/about');
  if (answer.version !== VERSION)
    throw new AskError(
      'OTHER_VERSION',
      'This page is of another version of nx-flow than its server. Load it again; if that does not help, end `nx-flow ui` and start it again.',
      409,
    );
  about.set(answer);
  return answer;
}
