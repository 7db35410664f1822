/** Renders what differs inside of an artifact: a line with the counts, then a line for each place. */
import { thousands } from '../../definition/thousands';
import type { StepDiff } from '../../engine/explain/diff';
import type {
  ArtifactDifference,
  Difference,
  ListDifference,
  NumberDifference,
  ValueDifference,
} from '../../engine/task/difference';
import type { TaskRow } from '../../store/rows/rows';
import type { Output } from './output';
import { plain } from './plain';
import { plural } from './table';
import { cut, textWidth } from './text';

/** Widest path that others are aligned to, in columns. */
const WIDEST = 44;

type Sign = '~' | '+' | '-' | ' ';

interface Line {
  sign: Sign;
  at: string;
  text: string;
  /** How far a number went. */
  delta?: string;
}

/** Of one artifact, as lines. @param name with which each path begins */
export function differenceText(name: string, difference: ArtifactDifference, output: Output): string {
  const { colors, columns } = output;
  if ('notCompared' in difference)
    return `${colors.bold(name)}  ${colors.yellow('not compared')}: ${difference.notCompared}\n`;
  const lines = difference.differences.flatMap((one) => linesOf(name, one));
  const head = `${colors.bold(name)}  ${colors.dim(countsText(difference))}\n`;
  const width = Math.min(WIDEST, Math.max(0, ...lines.map(({ at }) => textWidth(at))));
  const paint = { '~': colors.yellow, '+': colors.green, '-': colors.red, ' ': colors.dim };
  const body = lines.map(({ sign, at, text, delta }) => {
    const place = `${at}${' '.repeat(Math.max(0, width - textWidth(at)))}`;
    const more = delta === undefined ? '' : `  ${delta}`;
    const room = Math.max(16, columns - textWidth(place) - textWidth(more) - 6);
    return `  ${paint[sign](sign)} ${place}  ${cut(text, room)}${colors.dim(more)}`.trimEnd();
  });
  const left = leftOut(difference);
  if (left !== '') body.push(`    ${colors.dim(left)}`);
  return `${head}${body.map((line) => `${line}\n`).join('')}`;
}

/** What differs inside of the artifacts of the first tasks, where that was asked for. */
export function differencesIn(
  { step, artifacts }: StepDiff,
  placeText: (row: TaskRow) => string,
  output: Output,
): string[] {
  return [...artifacts].flatMap(([name, { examples }]) =>
    examples.flatMap(({ after, diff: { difference } }) => {
      if (!difference) return [];
      const at = placeText(after);
      const where = at === '' ? '' : output.colors.dim(`${step} ${at}: `);
      return [`${where}${differenceText(at === '' ? `${step}.${name}` : name, difference, output)}`];
    }),
  );
}

/** `1,240 values changed, 3 added, 1 removed` */
function countsText({ changed, added, removed, complete }: ValueDifference): string {
  const counts = [
    ...(changed > 0 ? [`${plural(changed, 'value')} changed`] : []),
    ...(added > 0 ? [`${thousands(added)} added`] : []),
    ...(removed > 0 ? [`${thousands(removed)} removed`] : []),
  ];
  if (counts.length > 0) return counts.join(', ');
  return complete
    ? 'nothing differs that can be shown: what its values share, or hold hidden, is another'
    : 'nothing differs as far as it was compared';
}

function leftOut({ changed, added, removed, differences, complete }: ValueDifference): string {
  const told = differences.filter(({ kind }) => kind !== 'list').length;
  const more = changed + added + removed - told;
  return [
    ...(more > 0 ? [`… and ${thousands(more)} more`] : []),
    ...(complete ? [] : ['it is too large to be compared to its end']),
  ].join('; ');
}

function linesOf(name: string, one: Difference): Line[] {
  const at = cut(shown(pathIn(name, one.path)), WIDEST);
  switch (one.kind) {
    case 'changed':
      return [
        {
          ...{ sign: '~' as const, at, text: shown(`${one.before} → ${one.after}`) },
          ...(one.delta === undefined ? {} : { delta: signed(one.delta) }),
        },
      ];
    case 'added':
      return [{ sign: '+', at, text: shown(one.after) }];
    case 'removed':
      return [{ sign: '-', at, text: shown(one.before) }];
    case 'order':
      return [{ sign: '~', at, text: 'the same in another order' }];
    case 'list':
      return [{ sign: ' ', at, text: listText(one) }];
    case 'text':
      return [
        {
          sign: ' ',
          at,
          text: `${plural(one.added, 'line')} added, ${thousands(one.removed)} removed`,
        },
        ...one.lines.map(({ line, sign, text }) => ({ sign, at: `line ${line}`, text: shown(text) })),
      ];
  }
}

/** `3,200 → 3,202 items by id: 512 changed, 3 added; score in 512, by +0.08 on average, +1.2 at most` */
function listText({ key, before, after, numbers, fields, ...list }: ListDifference): string {
  const many = (count: number) => thousands(count);
  const size = before === after ? plural(after, 'item') : `${many(before)} → ${plural(after, 'item')}`;
  const counts = (['changed', 'added', 'removed', 'moved'] as const).flatMap((kind) =>
    list[kind] > 0 ? [`${many(list[kind])} ${kind}`] : [],
  );
  const parts = fields
    .slice(0, 4)
    .map((field) => `${field.name} in ${many(field.rows)}${numbersText(field.numbers)}`);
  const more = fields.length > 4 ? [`${fields.length - 4} more`] : [];
  const about = parts.length > 0 ? `: ${[...parts, ...more].join('; ')}` : numbersText(numbers);
  return shown(`${size}${key === undefined ? '' : ` by ${key}`}, ${counts.join(', ')}${about}`);
}

function numbersText(numbers: NumberDifference | undefined): string {
  if (!numbers) return '';
  const { mean, largest } = numbers;
  return mean === largest
    ? `, by ${signed(mean)}`
    : `, by ${signed(mean)} on average, ${signed(largest)} at most`;
}

function signed(value: number): string {
  const text = String(Number(value.toPrecision(6)));
  return value > 0 ? `+${text}` : text;
}

const pathIn = (name: string, path: string) =>
  `${name}${path === '' || path.startsWith('[') ? '' : '.'}${path}`;

/** On one line, as a terminal shows it. */
const shown = (text: string) => plain(text.replace(/[\t\r\n]+/g, ' '));
