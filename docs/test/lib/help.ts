/** What the commands say of themselves: the options of each, by `--help`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './workspace';

/** Every command's help, in one process. */
const HELP = `
const { main } = require(process.argv[1]);
const write = process.stdout.write.bind(process.stdout);
let text = '';
process.stdout.write = (piece) => { text += piece; return true; };
async function help(...args) { text = ''; await main([...args, '--help']); return text; }
(async () => {
  const names = [...(await help()).matchAll(/^  nx-flow (\\S+)/gm)].map(([, name]) => name);
  const commands = {};
  for (const name of names) {
    commands[name] = [...(await help(name)).matchAll(/^  (--[\\w.-]+(?:<name>)?)/gm)].map(([, option]) => option);
  }
  write(JSON.stringify(commands));
})();
`;

/** The command's name, and its options as the help writes them: `--max-workers`, `--params.<name>`. */
export function optionsOfCommands(): Record<string, string[]> {
  const cli = join(ROOT, 'packages', 'flow-core', 'dist', 'cli.js');
  const { stdout } = spawnSync(process.execPath, ['-e', HELP, cli], { encoding: 'utf8' });
  return JSON.parse(stdout) as Record<string, string[]>;
}
