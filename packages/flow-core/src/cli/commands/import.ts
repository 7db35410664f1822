/** nx-flow import: reads a run that was made elsewhere from its file. */
import { relative, resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { FlowError } from '../../definition/errors';
import { requireGoing } from '../../engine/transfer/export';
import { headOfFile, importFromFile } from '../../engine/transfer/file';
import { type Imported, importRun } from '../../engine/transfer/import';
import { whatCameBack } from '../../engine/transfer/mend';
import { currentUser } from '../../environment/user';
import { importNamespace, originText } from '../../session/snapshot';
import { openStore } from '../../store/open';
import { noMoreThan, placeHere } from '../arguments';
import type { Command } from '../command';
import { plural, size } from '../render/table';
import { transferProgress } from '../render/transfer';

export const command: Command = {
  spec: {
    name: 'import',
    help: 'Take a run out of a file that nx-flow export wrote; it becomes the latest of your namespace',
    positionals: ['<file>'],
    options: {},
    families: [],
    examples: ['nx-flow import movies.nxflow', 'nx-flow import movies.nxflow --namespace=ci'],
    endsInOrder: true,
  },

  async execute(context) {
    noMoreThan(context, 1);
    const { output, options, cwd, signal } = context;
    const [given] = context.positionals;
    if (given === undefined)
      throw new FlowError('FLOW_USAGE', 'Which file? nx-flow import <file>; - is stdin.');
    const namespace = importNamespace(options.namespace as string | undefined);
    const piped = given === '-';
    const file = resolve(cwd, given);
    // A folder becomes a store only for a valid file.
    if (!piped) await headOfFile(file);
    const store = openStore(placeHere(context).store);
    const name = piped ? 'What came on stdin' : relative(cwd, file) || file;
    const progress = transferProgress(`importing ${name}`, output);
    const common = { store, name, namespace, user: currentUser(), signal };
    let imported: Imported;
    try {
      imported = piped
        ? await importRun({ ...common, source: stdin(signal), progress: progress.tell })
        : await importFromFile(file, { ...common, progress: progress.tell });
    } finally {
      progress.close();
      await store.close();
    }
    const { run, known, mended, head, bytes } = imported;
    const pathspec = `${run.flow}/${run.run}`;
    const here = mended
      ? `was here, and the store had lost some of it: ${whatCameBack(mended) || 'meanwhile it is whole again'}`
      : 'is here already: nothing was changed';
    const what = known ? here : `is ${originText(head.run)}`;
    output.write(
      `${output.colors.bold(pathspec)} ${what}  ${output.colors.dim(`${plural(head.tasks, 'task')}, ${plural(head.artifacts, 'artifact')}, ${size(bytes)}, in the namespace ${run.namespace}`)}\n`,
    );
    output.result({
      pathspec,
      origin: `${head.run.flow}/${head.run.run}`,
      known,
      ...(mended ? { mended } : {}),
      namespace: run.namespace,
      id: head.id,
      tasks: head.tasks,
      artifacts: head.artifacts,
      bytes,
    });
    return 0;
  },
};

/** Reads stdin. An interrupt ends it even when no more data comes. */
async function* stdin(signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* addAbortSignal(signal, process.stdin);
  } catch (error) {
    requireGoing(signal);
    throw error;
  }
}
