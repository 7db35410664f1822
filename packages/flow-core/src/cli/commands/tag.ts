/** nx-flow tag: the tags of a run; adds and removes some. */
import { FlowError } from '../../definition/errors';
import { requireTags } from '../../store/rows/tags';
import type { Command } from '../command';
import { runOf } from '../lookup';
import { reading } from '../reading';

export const command: Command = {
  spec: {
    name: 'tag',
    help: 'List the tags of a run, add some, remove some; also while it runs',
    positionals: ['<flow>', '<run>'],
    options: {
      add: { type: 'string', many: true, value: 'tag', help: 'Add this tag; may be given several times' },
      remove: { type: 'string', many: true, value: 'tag', help: 'Remove it; may be given several times' },
    },
    families: [],
    examples: ['nx-flow tag movies 12', 'nx-flow tag movies 12 --add=best --remove=exp1'],
  },

  execute(context) {
    const { output, options } = context;
    const { colors } = output;
    const add = (options.add as string[] | undefined) ?? [];
    const remove = (options.remove as string[] | undefined) ?? [];
    requireTags([...add, ...remove]);
    requireApart(add, remove);
    return reading(context, 1, async (recorded) => {
      const { flow, store, spec } = recorded;
      if (spec.run === undefined || spec.step !== undefined) {
        const given = context.positionals[1];
        const which =
          given === undefined
            ? 'Which run? Tags belong to runs'
            : `"${given}" is no run: tags belong to runs, which have numbers`;
        throw new FlowError('FLOW_USAGE', `${which}: nx-flow tag ${flow} <run>.`);
      }
      const run = await runOf(recorded, spec);
      const pathspec = `${flow}/${run.run}`;
      if (run.secrets) (await import('../../engine/secrets/recorded')).refuseFor(run, { 'A tag': add });
      const before = await store.tags(run);
      for (const tag of remove.filter((t) => !before.includes(t)))
        output.write(`${colors.yellow('!')} ${pathspec} has no tag "${tag}"\n`);
      if (add.length + remove.length > 0) await store.changeTags(flow, run.run, { add, remove });
      const tags = await store.tags(run);
      const listed = [...tags, ...run.systemTags.map((tag) => colors.dim(tag))].join('\n  ');
      output.write(`${colors.bold(pathspec)}\n  ${listed}\n`);
      output.result({ pathspec, tags, systemTags: run.systemTags });
    });
  },
};

/** @throws FlowError FLOW_USAGE */
function requireApart(add: readonly string[], remove: readonly string[]): void {
  const both = add.find((tag) => remove.includes(tag));
  if (both !== undefined)
    throw new FlowError('FLOW_USAGE', `The tag "${both}" is given to be added and to be removed: do one.`);
}
