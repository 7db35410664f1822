/** Markup of the user's own. */
import { taken } from '../given';
import { handle, type Updatable } from '../handle';
import { lineOf, numberOf, textOf } from '../text';
import { Unshowable } from '../unshowable';

/** Characters of one piece of markup. */
const LIMIT = 2_000_000;

export interface HtmlOptions {
  title?: string;
  /** Height in CSS pixels. Default: as high as its content. */
  height?: number;
}

export interface Html extends HtmlOptions, Updatable {
  text: string;
}

/**
 * Markup as it is, in a frame of its own: its scripts run, but reach neither the card nor the page around it, and make no
 * requests. So what it needs has to be in it.
 */
export function html(text: string, options: HtmlOptions = {}): Html {
  return handle({ ...taken(options), text } as Omit<Html, 'update'>, (props) => {
    if (typeof props.text !== 'string') throw new Unshowable(`html shows a text, not ${lineOf(props.text)}`);
    if (props.text.length > LIMIT)
      throw new Unshowable(
        `the markup has ${props.text.length.toLocaleString('en')} characters, and a card shows at most ${LIMIT.toLocaleString('en')}`,
      );
    return { type: 'html', title: textOf(props.title), text: props.text, height: numberOf(props.height) };
  });
}
