/** Pathspecs: as they are parsed, and as the commands that read take them. */
import fc from 'fast-check';
import { formatPathspec, parsePathspec } from '../../../src/store/pathspec';
import { execute, makeWorkspace } from '../command';
import { coded, type Door, must } from '../door';
import { oddText } from '../edits';
import { recordRuns } from '../recorded';
import { memoryStore } from '../stand-ins/open';

const COMMANDS = ['', '', '', 'show', 'dump', 'logs', 'diff', 'why', 'spin', 'tag', 'export'];

const part = fc.oneof(
  fc.constantFrom('fuzzed', 'start', 'each', 'all', 'end', '1', '2', '3', '0', '01', '99999999999', 'params'),
  fc.nat(20).map(String),
  fc.nat(0xffff).map(oddText),
  fc.string({ maxLength: 8 }),
);
const text = fc.oneof(
  fc.array(part, { maxLength: 6 }).map((parts) => parts.join('/')),
  fc.string(),
);

interface Input {
  command: string;
  specs: string[];
}

export async function open(folder: string): Promise<Door<Input>> {
  makeWorkspace(folder);
  const store = memoryStore();
  await recordRuns(store);
  return {
    inputs: fc.record({
      command: fc.constantFrom(...COMMANDS),
      specs: fc.array(text, { minLength: 1, maxLength: 2 }),
    }),
    async check({ command, specs: [spec = '', ...more] }) {
      const parsed = await coded(() => {
        const back = formatPathspec(parsePathspec(spec));
        must(back === spec, `It comes back as ${back}`);
      });
      if (command === '') return parsed;
      const out = command === 'export' ? ['--out=run.nxflow'] : [];
      return execute([command, '--json', ...out, '--', 'fuzzed', spec, ...more], folder, store);
    },
  };
}
