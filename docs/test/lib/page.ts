/** Executes one page, block after block, in its folder; keeps what the compiler is to look at afterwards. */
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { parseDocument } from 'yaml';
import { missingLine, otherShape } from './compare';
import { edited } from './edit';
import type { Block, Page } from './markdown';
import { type Printed, type Workspaces, write } from './workspace';

/** A fragment as a module of its own, to be imported after all pages were executed. */
export interface Fragment {
  at: string;
  file: string;
  /** Its flow is not to be run. */
  typesOnly: boolean;
}

const LANGUAGES = ['ts', 'js', 'sh', 'json', 'yaml', 'text', 'mermaid'];
/** A command of nx-flow that asks nothing of the shell but quotes. */
const PLAIN = /^npx nx-flow (?:'[^']*'|[^'"$|&;<>*?#`\\])*$/;
/** The files of code that the compiler is to look at, of one folder each. */
const kept = new Set<string>();
const SCRIPTS = /^\.[cm]?[jt]sx?$/;

export class PageExecution {
  readonly fragments: Fragment[] = [];
  readonly folder: string;
  #printed: Printed | undefined;
  #served = false;
  #versions = 0;

  constructor(
    readonly page: Page,
    readonly workspaces: Workspaces,
    /** Copies of the files of code, one each time that a page writes a file again. */
    readonly types: string,
  ) {
    this.folder = workspaces.page(page.name, page.notes.workspace);
  }

  /** Gives what is not as the page says, each with the block's line. */
  async execute(): Promise<string[]> {
    const wrong: string[] = [];
    for (const block of this.page.blocks) {
      const why = await this.#block(block);
      if (why !== undefined) wrong.push(`${block.at}  ${why}`);
    }
    if (this.#served) await this.workspaces.server.leave();
    this.#keepForTypes();
    return wrong;
  }

  /** Gives what is wrong. */
  async #block(block: Block): Promise<string | undefined> {
    const { language, notes } = block;
    if (!LANGUAGES.includes(language)) return `A block is one of ${LANGUAGES.join(', ')}, not "${language}".`;
    if (notes['not-run'] === '') return 'It has to say why it is not run.';
    if (language === 'ts' || language === 'js') return this.#code(block);
    if (language === 'sh') return this.#shell(block);
    if (language === 'json') return this.#json(block);
    if (language === 'yaml') return parseDocument(block.text).errors[0]?.message;
    if (language === 'text') return this.#text(block);
    return undefined;
  }

  #code(block: Block): string | undefined {
    const { at, text, notes, info } = block;
    const [, where, named] = /^\/\/ (in )?([\w./-]+\.[cm]?[jt]s)\n/.exec(text) ?? [];
    const name = named ?? (info || undefined);
    if (name !== undefined) {
      if (where === undefined && existsSync(join(this.folder, name))) this.#keepForTypes();
      if (where === undefined) this.write(name, text);
      else {
        this.#keepForTypes();
        const old = readFileSync(join(this.folder, name), 'utf8');
        this.write(name, edited(old, text.slice(text.indexOf('\n') + 1)));
      }
      return undefined;
    }
    const around = notes.around ?? '//…';
    if (!around.includes('//…')) return 'The comment lacks the line //…, where the block goes.';
    const line = at.slice(at.lastIndexOf(':') + 1);
    const file = join(this.folder, `line-${line}.${block.language}`);
    write(
      file,
      around.replace('//…', () => text),
    );
    this.fragments.push({ at, file, typesOnly: notes['types-only'] !== undefined });
    return undefined;
  }

  async #shell({ text, notes, info }: Block): Promise<string | undefined> {
    this.#printed = undefined;
    if (notes['not-run'] !== undefined) return undefined;
    const real = info.split(' ').includes('nx');
    const lines = text.replace(/\\\n\s*/g, '').split('\n');
    // Each takes seconds: commands.test.ts looks at them.
    const isNx = (line: string) => /^(npx )?nx /.test(line) && !real;
    const script = lines.filter((line) => line !== '' && !isNx(line));
    if (script.length === 0) return undefined;
    const wanted = Number(/exit=(\d+)/.exec(info)?.[1] ?? 0);
    const served = notes['own-process'] === undefined && script.every((line) => PLAIN.test(line));
    this.#printed = served
      ? await this.#commands(script)
      : this.workspaces.run(this.folder, script.join('\n'));
    const { code, text: printed } = this.#printed;
    return code === wanted ? undefined : `It ended with ${code}, not ${wanted}:\n${printed}`;
  }

  async #commands(lines: string[]): Promise<Printed> {
    this.#served = true;
    const all: Printed = { code: 0, stdout: '', text: '' };
    for (const line of lines) {
      const words = [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replace(/'/g, ''));
      const { code, stdout, text } = await this.workspaces.server.execute(this.folder, words.slice(2));
      all.code = code;
      all.stdout += stdout;
      all.text += text;
      if (code !== 0) break;
    }
    return all;
  }

  #json({ text, info, notes }: Block): string | undefined {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return (error as Error).message;
    }
    if (info !== '') this.write(info, text);
    else if (this.#printed && notes['not-run'] === undefined) {
      const last = this.#printed.stdout.trimEnd().split('\n').at(-1) ?? '';
      this.#printed = undefined;
      return otherShape(value, JSON.parse(last));
    }
    return undefined;
  }

  /** Behind commands, what they print; with a name, a file; else a drawing. */
  #text({ text, info }: Block): string | undefined {
    if (info !== '') this.write(info, text);
    else if (this.#printed) {
      const missing = missingLine(text, this.#printed.text);
      const { text: printed } = this.#printed;
      this.#printed = undefined;
      return missing === undefined ? undefined : `This was not printed:\n${missing}\nbut\n${printed}`;
    }
    return undefined;
  }

  write(name: string, text: string): void {
    write(join(this.folder, name), text);
  }

  #keepForTypes(): void {
    const to = join(this.types, `${this.folder.split('/').at(-1)}-${this.#versions++}`);
    const entries = (readdirSync(this.folder, { recursive: true }) as string[]).filter(
      (entry) => !/(^|\/)(dist|node_modules|\.\w+)\//.test(entry) && SCRIPTS.test(extname(entry)),
    );
    const content = JSON.stringify(
      entries.map((entry) => [entry, readFileSync(join(this.folder, entry), 'utf8')]),
    );
    // Most pages begin with the same files. Where a page has fragments, they import them.
    if (kept.has(content) && !existsSync(to)) return;
    kept.add(content);
    for (const entry of entries) cpSync(join(this.folder, entry), join(to, entry));
  }
}
