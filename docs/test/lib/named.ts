/** Commands that a page names without executing them: whether there is such a command, target and option. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from './markdown';
import { ROOT } from './workspace';

export interface Known {
  /** Of `nx-flow`, by command. */
  commands: Record<string, string[]>;
  /** Of a flow's project: the executor of each target. */
  targets: Record<string, string>;
}

/** Options of Nx itself that the pages use. */
const OF_NX = ['base', 'dry-run', 'graph', 'help', 'parallel', 'skip-nx-cache', 'skip-remote-cache'];

/** In blocks that are not executed, and in the text: `npx nx spin movies --step=playlist`. */
export function namedCommands({ blocks, text, name }: Page): { at: string; command: string }[] {
  const lines = blocks.flatMap(({ at, language, text }) =>
    language === 'sh'
      ? text.split('\n').flatMap((line) => line.split(/ && | -- /).map((command) => ({ at, command })))
      : [],
  );
  const prose = text.replace(/```[\s\S]*?```/g, '');
  const inline = [...prose.matchAll(/`([^`]+)`/g)].map(([, command]) => ({
    at: name,
    command: command as string,
  }));
  return [...lines, ...inline]
    .map(({ at, command }) => ({
      at,
      command: command
        .replace(/\s+#.*$/, '')
        .replace(/\s+/g, ' ')
        .trim(),
    }))
    .filter(({ command }) => /^(npx )?(nx-flow|nx) [a-z]/.test(command));
}

/** What is wrong with it, if anything. */
export function wrongCommand(command: string, known: Known): string | undefined {
  const [tool, ...words] = command.replace(/^npx /, '').split(' ') as [string, ...string[]];
  const options = words.filter((word) => word.startsWith('--')).map(optionName);
  const [first = '', second = ''] = words.filter((word) => !word.startsWith('-'));
  if (tool === 'nx-flow') {
    const there = known.commands[first]?.map((option) => optionName(option.replace('<name>', 'x')));
    if (!there) return `There is no command ${first}.`;
    return unknown(options, there);
  }
  if (['add', 'g', 'graph', 'show', 'watch', 'report'].includes(first)) {
    const [, generator] = /^@nx-flow\/plugin:(\w+)$/.exec(second) ?? [];
    return generator === undefined
      ? undefined
      : unknown(options, [...schema(`generators/${generator}`), ...OF_NX]);
  }
  if (['affected', 'run-many'].includes(first)) {
    const wanted = (words.includes('-t') ? words.slice(words.indexOf('-t') + 1) : []).filter(
      (word) => !word.startsWith('-'),
    );
    const missing = wanted.find(
      (word) => !(word in known.targets) && word !== 'test' && !/-(movies|songs)/.test(word),
    );
    return missing === undefined ? undefined : `There is no target ${missing}.`;
  }
  const target = first === 'run' && words[0] === 'run' ? (second.split(':')[1] ?? 'run') : first;
  const executor = known.targets[target];
  if (target === 'report' || /<|…/.test(target)) return undefined;
  // Of the root, and not of the project that the targets are of: it hands its options on.
  if (target === 'flow-ui') return wrongCommand(`nx-flow ui ${options.join(' ')}`, known);
  if (executor === undefined) return `There is no target ${target}.`;
  return unknown(options, [...schema(executor), ...OF_NX]);
}

function unknown(options: string[], there: string[]): string | undefined {
  const wrong = options.find((option) => !there.includes(option) && !/[<…]/.test(option));
  return wrong === undefined ? undefined : `There is no option --${wrong}.`;
}

/** `--params.minVotes=500` is `params`, `--maxWorkers=4` and `--no-logs` are `max-workers` and `logs`. */
function optionName(option: string): string {
  const [name = ''] = option.slice(2).split(/[=.]/);
  return name.replace(/^no-/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function schema(name: string): string[] {
  const file = join(ROOT, 'packages', 'flow-plugin', 'schemas', `${name}.json`);
  const { properties } = JSON.parse(readFileSync(file, 'utf8')) as { properties: object };
  return Object.keys(properties).map((property) => optionName(`--${property}`));
}
