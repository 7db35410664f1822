/** The lines of a flow's file that declare a step. */
import { readFileSync } from 'node:fs';
import type { StepNode } from '../../definition/graph';

/** Lines that are shown. */
const MOST = 200;

export interface StepSource {
  text: string;
  place: { title: string; first: number };
}

/** Undefined where they cannot be read. */
export function stepSource(node: StepNode): StepSource | undefined {
  const [, file, line] = /^(.*):(\d+):\d+$/.exec(node.where() ?? '') ?? [];
  if (file === undefined) return undefined;
  try {
    const first = Number(line);
    const lines = readFileSync(file, 'utf8').split('\n');
    const text = declaration(lines.slice(first - 1, first - 1 + MOST)).join('\n');
    return text.trim() === '' ? undefined : { text, place: { title: node.name, first } };
  } catch {
    return undefined;
  }
}

/** From its first line to the one that closes it: in code that is formatted, the next one that is indented no further. */
function declaration(lines: readonly string[]): readonly string[] {
  const indent = (text: string) => text.search(/\S/);
  const [begin = ''] = lines;
  if (/\);?\s*$/.test(begin)) return [begin];
  const end = lines.findIndex((text, i) => i > 0 && text.trim() !== '' && indent(text) <= indent(begin));
  return end < 0 ? lines : lines.slice(0, end + 1);
}
