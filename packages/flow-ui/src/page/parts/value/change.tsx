/** What became of a value, beside another one: by a sign and a word. */

const SIGNS: Readonly<Record<string, string>> = {
  same: '=',
  changed: '≠',
  new: '+',
  gone: '−',
  'only-a': '−',
  'only-b': '+',
  unknown: '?',
};
const WORDS: Readonly<Record<string, string>> = {
  'only-a': 'only on the left',
  'only-b': 'only on the right',
};

export function ChangeMark({
  change,
  than,
}: {
  change: string /** What it is compared with. */;
  than?: string;
}) {
  return (
    <span class={`change ${change}`} title={than && `Against ${than}: ${WORDS[change] ?? change}`}>
      <span aria-hidden="true">{SIGNS[change] ?? '?'}</span> {WORDS[change] ?? change}
    </span>
  );
}

/** What differs inside of a value, a line each. */
export function Inside({ lines, title }: { lines: readonly string[] | undefined; title?: string }) {
  if (!lines || lines.length === 0) return null;
  return (
    <div class="inside">
      {title !== undefined && <span class="soft">{title}</span>}
      <pre>{lines.join('\n')}</pre>
    </div>
  );
}
