/** nx-flow ui: a local page of runs, tasks, cards and spins. */
import { once } from 'node:events';
import { join } from 'node:path';
import { FlowError } from '../../definition/errors';
import { parsePathspec } from '../../store/pathspec';
import { namespaceOf, noMoreThan, placeHere } from '../arguments';
import type { Command, Context } from '../command';
import type { OpenedPage } from '../open-page';
import { SPIN_STORE } from '../options';

export const command: Command = {
  spec: {
    name: 'ui',
    help: 'Open a local page: runs, tasks, cards, comparisons, and spins from the browser',
    positionals: ['[flow | flow/run | flow/run/step/task]'],
    options: {
      ...SPIN_STORE,
      port: { type: 'port', value: 'port', help: 'Default 4780, or the next one that is free; 0 means any' },
      open: { type: 'boolean', help: 'Open it in the browser' },
    },
    families: [],
    examples: ['nx-flow ui --open', 'nx-flow ui movies/12/genre/3'],
    endsInOrder: true,
  },

  async execute(context) {
    noMoreThan(context, 1);
    const { output, options, signal } = context;
    const at = beginning(context);
    const place = placeHere(context);
    const { uiPackage } = await import('../ui-package');
    const { servePage } = uiPackage(place.workspace);
    const page = await servePage({
      ...{ workspace: place.workspace, cwd: context.cwd, namespace: namespaceOf(context) },
      store: options.spin === true ? await spinStore(place.store) : place.store,
      spins: options.spin === true,
      env: context.env !== undefined,
      ...(at === undefined ? {} : { at }),
      ...(options.port === undefined ? {} : { port: options.port as number }),
      note: (text) => output.note(`${output.colors.yellow('!')} ${text}\n`),
    });
    const opened =
      options.open === true
        ? await (await import('../open-page')).openPage(page.url, join(place.workspace, '.flow'))
        : undefined;
    try {
      output.write(told(page.url, opened, output.colors));
      output.result({ url: page.url });
      if (!signal.aborted) await once(signal, 'abort');
      return 0;
    } finally {
      opened?.close();
      await page.close();
    }
  },
};

/** The flow's name, or a pathspec with it. @throws FlowError FLOW_PATHSPEC */
function beginning({ positionals }: Context): string | undefined {
  const [given] = positionals;
  if (given === undefined) return undefined;
  const { flow, run, step } = parsePathspec(given);
  if (flow !== undefined || (run === undefined && step !== undefined)) return given;
  const message = `"${given}" does not say of which flow it is: put its name in front, as in movies/${given}.`;
  throw new FlowError('FLOW_PATHSPEC', message);
}

/** @throws FlowError FLOW_RUN_NOT_FOUND */
async function spinStore(store: string): Promise<string> {
  const { persistedSpinsFolder } = await import('../../session/persisted-spins');
  return persistedSpinsFolder(store);
}

function told(
  url: string,
  opened: OpenedPage | undefined,
  { dim, bold }: Context['output']['colors'],
): string {
  if (opened?.isOpen) return `${bold('The page is open.')} ${dim('Ctrl-C ends it.')}\n`;
  const lacks = opened
    ? `${dim('No browser was found: open the address, or the file')} ${opened.file}\n`
    : '';
  return `${bold(url)}\n${lacks}${dim('The address is for you alone: who has it can execute steps. Ctrl-C ends it.')}\n`;
}
