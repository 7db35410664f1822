/** What went wrong. */
import type { ErrorBlock } from '../document';
import { type Markup, markup } from './markup';
import type { Place } from './place';

export function renderError(error: ErrorBlock, place: Place): Markup {
  const stack =
    error.stack &&
    markup`<details data-k="${place.id}-s"><summary>Stack</summary><pre tabindex="0">${error.stack}</pre></details>`;
  return markup`<div class="b error" role="group" aria-label="Error"><strong>${error.title}</strong><div class="why">${error.text}</div>${stack}</div>`;
}
