/** What `spin --freeze` does beside the spin: looks first whether it may write, and writes when the step was done. */
import { relative } from 'node:path';
import type { Selection } from '../../engine/inputs/selection';
import type { SpinOutcome } from '../../engine/spin/outcome';
import { freeze, Listener } from '../../session/freeze';
import type { FileSession } from '../../session/session';
import type { Context } from '../command';
import type { FrozenJson } from '../json/shapes';
import { size, table } from '../render/table';
import { requireNew, type TestPlace, testPlace } from './place';
import { mostBytesOf, writeTest } from './write-test';

export class Freezer extends Listener {
  readonly #context: Context;
  readonly #mostBytes: number;
  #place: TestPlace | undefined;

  /** @throws FlowError FLOW_OPTION */
  constructor(context: Context) {
    super();
    this.#context = context;
    this.#mostBytes = mostBytesOf(context.options['max-size'] as string | undefined);
  }

  /** Before anything is executed. @throws FlowError FLOW_FREEZE_PLACE, FLOW_FREEZE_RUNNER, FLOW_FREEZE_EXISTS */
  begin({ file, workspace }: FileSession, { step, index = [] }: Selection): void {
    const { options, cwd } = this.#context;
    const given = options.freeze as string;
    this.#place = testPlace({ ...{ given, cwd, workspace, step, index }, flow: file });
    if (options.force !== true) requireNew(this.#place);
  }

  /** @throws FlowError FLOW_FREEZE, FLOW_FREEZE_SIZE */
  async end(session: FileSession, outcome: SpinOutcome): Promise<FrozenJson> {
    const { output, cwd } = this.#context;
    const frozen = await freeze(session, outcome, this);
    const { flow } = session.graph;
    const at = outcome.index.length === 0 ? '' : ` --index=${outcome.index.join()}`;
    const { files, typed } = await writeTest({
      ...{ session, frozen, step: outcome.step, mostBytes: this.#mostBytes },
      place: this.#place as TestPlace,
      command: `nx-flow spin ${flow} ${outcome.step}${at} --freeze`,
    });
    const rows = files.map(({ file, size: bytes }) => [
      relative(cwd, `${session.workspace}/${file}`),
      size(bytes),
    ]);
    output.write(
      `\n${table([{ head: 'Frozen' }, { head: 'Size', align: 'right' }], rows, output.columns, output.colors.dim)}`,
    );
    if (typed.length > 0) {
      output.write(
        `${output.colors.yellow('!')} a second execution gave another value for ${typed.join(', ')}: the test asserts the type alone\n`,
      );
    }
    return { files, typed };
  }
}
