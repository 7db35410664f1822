/** Text. */
import { handle, type Updatable } from '../handle';
import { cut, lineOf } from '../text';

export interface Markdown extends Updatable {
  text: string;
}

/**
 * Text as Markdown: headings, lists, tables, code, links. Markup of HTML in it is shown as text; images come from `data:` alone,
 * since a card makes no requests.
 */
export function markdown(text: string): Markdown {
  return handle({ text }, (props) => ({
    type: 'markdown',
    text: cut(typeof props.text === 'string' ? props.text : lineOf(props.text)),
  }));
}
