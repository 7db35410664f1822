/** The commands behind what one sees. */
import { relative } from 'node:path';
import type { Run, Task } from '@nx-flow/core/ui';
import type { CommandEntry } from '../../api/routes';
import type { Reader } from './reader';

export class Commands {
  /** Options of all of them, with a space in front. */
  readonly more: string;

  constructor({
    reader,
    workspace,
    isSpinStore,
  }: { reader: Reader; workspace: string; isSpinStore: boolean }) {
    const folder = relative(workspace, reader.folder);
    const store = folder === '.flow' || isSpinStore ? '' : ` --store=${quoted(reader.folder)}`;
    this.more = `${store}${isSpinStore ? ' --spin' : ''}`;
  }

  ofRun(run: Run<unknown>): CommandEntry[] {
    const ended = run.status !== 'running' && run.status !== 'done';
    return [
      this.#entry('Show the run', `show ${run.flow} ${run.number}`),
      this.#entry('Compare it with the run before', `diff ${run.flow} ${run.number} --values`),
      ...(ended ? [this.#entry('Go on where it ended', `resume ${run.flow} ${run.number}`)] : []),
      this.#entry('List its cards', `card ${run.flow} ${run.number} --list`),
      this.#entry('Export it as a file', `export ${run.flow} ${run.number} ${run.flow}-${run.number}.nxflow`),
    ];
  }

  ofTask(task: Task<unknown>): CommandEntry[] {
    const { flow, number } = task.run;
    const at = `${number}/${task.step}/${task.number}`;
    return [
      this.#entry('Spin the step on these inputs', `spin ${flow} ${at}`),
      this.#entry('Show the task', `show ${flow} ${at}`),
      this.#entry('Print its artifacts', `dump ${flow} ${at}`),
      this.#entry('Print its log', `logs ${flow} ${at}`),
    ];
  }

  #entry(label: string, command: string): CommandEntry {
    return { label, command: `npx nx-flow ${command}${this.more}` };
  }
}

/** For a shell. */
export function quoted(text: string): string {
  return /^[\w./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
