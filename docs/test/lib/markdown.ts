/** Reads a Markdown page: its fenced blocks, the hidden comments that belong to them, its headings and its links. */
import { readFileSync } from 'node:fs';

export interface Block {
  /** The file and the line of the fence, for messages. */
  at: string;
  language: string;
  /** What follows the language in the fence's line: a file's name, or `exit=1`. */
  info: string;
  text: string;
  /** The hidden comments right above: `<!-- docs:not-run it installs from the registry -->` is `{ 'not-run': '…' }`. */
  notes: Record<string, string>;
}

export interface Page {
  /** From the root of the repository. */
  name: string;
  text: string;
  blocks: Block[];
  /** Hidden comments that stand at the top of the page and belong to all of it. */
  notes: Record<string, string>;
  /** The text of each heading, with the anchor that GitHub gives it. */
  headings: { level: number; text: string; anchor: string; line: number }[];
  /** The target of each link and image, outside of code. */
  links: { target: string; at: string }[];
}

const FENCE = /^(\s*)```(.*)$/;
const NOTE = /^\s*<!-- docs:([a-z-]+)(?:\s([\s\S]*?))?\s*-->$/;

export function readPage(root: string, name: string): Page {
  const text = readFileSync(`${root}/${name}`, 'utf8');
  const lines = text.split('\n');
  const page: Page = { name, text, blocks: [], notes: {}, headings: [], links: [] };
  let notes: Record<string, string> = {};
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    const at = `${name}:${i + 1}`;
    const fence = FENCE.exec(line);
    if (fence) {
      const [, indent = '', opening = ''] = fence;
      const body: string[] = [];
      while (++i < lines.length && (lines[i] as string).trim() !== '```') {
        body.push((lines[i] as string).slice(indent.length));
      }
      if (i === lines.length) throw new Error(`${at}  The block does not end.`);
      const [language = '', ...info] = opening.trim().split(' ');
      page.blocks.push({ at, language, info: info.join(' '), text: `${body.join('\n')}\n`, notes });
      notes = {};
      continue;
    }
    if (line.trimStart().startsWith('<!-- docs:')) {
      const whole = [line];
      while (!(lines[i] as string).includes('-->')) whole.push(lines[++i] as string);
      const [, kind, value = ''] = NOTE.exec(whole.join('\n')) ?? [];
      if (kind === undefined) throw new Error(`${at}  This comment cannot be read.`);
      if (kind === 'workspace') page.notes[kind] = value;
      else notes[kind] = value;
      continue;
    }
    if (line.trim() !== '' && Object.keys(notes).length > 0) {
      throw new Error(`${at}  A comment for a block stands right above that block.`);
    }
    const heading = /^(#+) (.*)$/.exec(line);
    if (heading) {
      const [, marks = '', title = ''] = heading;
      page.headings.push({ level: marks.length, text: title, anchor: anchorOf(title), line: i + 1 });
    }
    for (const [, target = ''] of line
      .replace(/`[^`]*`/g, '')
      .matchAll(/(?:\]\(|\bsrc(?:set)?=")([^)"\s]+)[)"]/g)) {
      page.links.push({ target, at });
    }
  }
  return page;
}

/** As GitHub makes it: small letters, no punctuation, spaces as hyphens. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

/** The part of a page under one heading, up to the next of the same or a higher level. */
export function section(page: Page, title: string): string {
  const start = page.headings.find(({ text }) => text === title);
  if (!start) throw new Error(`${page.name} has no heading "${title}".`);
  const end = page.headings.find(({ level, line }) => line > start.line && level <= start.level);
  return page.text
    .split('\n')
    .slice(start.line, end ? end.line - 1 : undefined)
    .join('\n');
}
