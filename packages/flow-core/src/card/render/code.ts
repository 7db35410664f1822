/** Texts that are shown as they are: source and logs. */
import type { CodeBlock, LogBlock } from '../document';
import { counted } from './figures';
import { type Markup, markup } from './markup';
import { block, note } from './parts';
import type { Place } from './place';

export function renderCode(code: CodeBlock, place: Place): Markup {
  place.need('code');
  const title = [code.title, code.language].filter(Boolean).join(' · ');
  return block(
    'code',
    place.id,
    title,
    markup`<pre tabindex="0"><code>${code.first === undefined && !code.marked ? code.text : linesOf(code)}</code></pre>`,
  );
}

function linesOf({ text, first, marked = [] }: CodeBlock): Markup[] {
  const begin = first ?? 1;
  const width = String(begin + text.split('\n').length).length;
  return text.split('\n').map((line, i) => {
    const number =
      first !== undefined && markup`<span class="ln">${String(begin + i).padStart(width)}</span>`;
    return marked.includes(begin + i)
      ? markup`<mark>${number}${line}
</mark>`
      : markup`${number}${line}
`;
  });
}

export function renderLog(log: LogBlock, place: Place): Markup {
  place.need('log');
  const cut = log.of > log.lines.length;
  return block('log', place.id, log.title, [
    cut && note(`The last ${counted(log.lines.length, 'line')} of ${log.of.toLocaleString('en')}.`),
    log.lines.length === 0
      ? note('No lines.')
      : markup`<pre tabindex="0" data-k="${place.id}-l">${log.lines.join('\n')}</pre>`,
  ]);
}
