/** nx-flow dump: the artifacts of a task, as values. */
import { FlowError, isFlowError, suggest } from '../../definition/errors';
import { recordedViews } from '../../engine/record/views';
import type { Command } from '../command';
import { jsonValue } from '../json/value';
import { runOf, taskOf } from '../lookup';
import { SPIN_STORE } from '../options';
import { reading, valuesOf } from '../reading';
import { size } from '../render/table';
import { valueText } from '../render/value';

export const command: Command = {
  spec: {
    name: 'dump',
    help: 'Print the artifacts that a task left behind',
    positionals: ['<flow>', '[step | run/step | run/step/task]'],
    options: {
      ...SPIN_STORE,
      include: {
        type: 'string',
        many: true,
        value: 'name',
        help: 'Only this artifact; may be given several times',
      },
      full: { type: 'boolean', help: 'Whole values, however long' },
    },
    families: [],
    examples: [
      'nx-flow dump movies',
      'nx-flow dump --spin movies 3',
      'nx-flow dump movies 12/playlist/30 --include=films --json',
    ],
  },

  execute(context) {
    const { output, options } = context;
    const { colors } = output;
    return reading(context, 1, async (recorded) => {
      const { flow, store, spec } = recorded;
      const run = await runOf(recorded, spec);
      const { row, others } = await taskOf(store, run, {
        ...spec,
        step: spec.step ?? run.spunFrom?.step ?? 'end',
      });
      const label = `${row.step}/${row.task}`;
      const view = (await recordedViews(store, flow, run.run, [label])).get(label);
      const include = options.include as string[] | undefined;
      const names = [...(view?.entries.keys() ?? [])];
      for (const name of include ?? []) {
        if (!names.includes(name)) {
          throw new FlowError(
            'FLOW_ARTIFACT_NOT_FOUND',
            `${flow}/${run.run}/${label} has no artifact "${name}". ${suggest(name, names)}`,
          );
        }
      }
      const pathspec = `${flow}/${run.run}/${label}`;
      output.write(
        `${colors.bold(pathspec)}${others > 0 ? colors.dim(`  the first of ${others + 1} tasks`) : ''}\n`,
      );
      const values = valuesOf(recorded);
      const artifacts: Record<string, unknown> = {};
      let unread: FlowError | undefined;
      for (const [name, visible] of view?.entries ?? []) {
        if (include && !include.includes(name)) continue;
        let value: unknown;
        try {
          value = await values.decode(visible);
        } catch (error) {
          if (output.json || !isUnreadable(error)) throw error;
          unread ??= error;
          output.write(
            `\n${colors.cyan(name)} ${colors.dim(`${visible.type}, ${size(visible.size)}`)}\n${error.message}\n`,
          );
          continue;
        }
        if (output.json) artifacts[name] = jsonValue(value, await values.codecs());
        else {
          const text = valueText(value, await values.codecs(), output, options.full === true);
          const from = row.sources?.[name] ?? (visible.at === label ? undefined : visible.at);
          const about = `${visible.type}, ${size(visible.size)}${from === undefined ? '' : `, from ${from}`}`;
          output.write(`\n${colors.cyan(name)} ${colors.dim(about)}\n${text}\n`);
        }
      }
      if (names.length === 0) {
        const none =
          row.status === 'failed' ? 'The task failed: it left no artifacts.' : 'It has no artifacts.';
        output.write(`${colors.dim(none)}\n`);
      }
      if (unread) throw unread;
      output.result({ pathspec, artifacts });
    });
  },
};

/** The others can be shown all the same. */
const UNREADABLE = ['FLOW_CODEC_UNKNOWN', 'FLOW_CODEC_ASYNC', 'FLOW_ARTIFACT_UNREADABLE'];

function isUnreadable(error: unknown): error is FlowError {
  return isFlowError(error) && UNREADABLE.includes(error.code);
}
