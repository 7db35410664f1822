/** The benchmark's options; bad ones are told in one sentence. */
import { parseArgs } from 'node:util';
import statistics from './statistics.cjs';

const { FEWEST_PAIRS } = statistics;
const PAIRS = 40;

/** Bad usage: its message is all that its author needs. */
export class UsageError extends Error {}

const USAGE =
  'npm run bench -- [--rows=spin,foreach] [--samples=20] [--write] [--against=<commit>] [--pairs=40]';

/**
 * @param {string[]} argv
 * @param {Row[]} rows
 * @throws UsageError
 */
export function parseOptions(argv, rows) {
  const values = parsed(argv);
  const { against, write = false } = values;
  if (against === '') throw new UsageError('--against takes a commit, such as --against=HEAD~1.');
  if (against === undefined && values.pairs !== undefined)
    throw new UsageError('--pairs goes with --against; against a floor, it is --samples.');
  if (against !== undefined && values.samples !== undefined)
    throw new UsageError('--samples is against a floor; with --against, it is --pairs.');
  if (write && against !== undefined)
    throw new UsageError('--write goes without --against: the file shows the rows against their floors.');
  return {
    against,
    write,
    rows: chosenRows(values.rows, rows),
    samples: wholeNumber('samples', values.samples, 1),
    pairs: wholeNumber('pairs', values.pairs, FEWEST_PAIRS, 'fewer have no 95 % interval') ?? PAIRS,
  };
}

function parsed(argv) {
  const text = { type: 'string' };
  try {
    return parseArgs({
      args: argv,
      options: { rows: text, samples: text, write: { type: 'boolean' }, against: text, pairs: text },
    }).values;
  } catch (error) {
    const [bare] = argv.filter((arg) => !arg.startsWith('-'));
    const said =
      error.code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL'
        ? `Rows are named as --rows=${bare}.`
        : `${error.message.split('. ')[0].replace(/\.$/, '')}.`;
    throw new UsageError(`${said} Usage: ${USAGE}`);
  }
}

function chosenRows(text, rows) {
  if (text === undefined) return rows;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0) {
    const all = rows.map(({ name }) => name).join(', ');
    throw new UsageError(
      `There is no row ${unknown.map((name) => `"${name}"`).join(', ')}. There are: ${all}.`,
    );
  }
  return rows.filter(({ name }) => names.includes(name));
}

function wholeNumber(option, text, least, why) {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && Number.isSafeInteger(number)) return number;
  const reason = why === undefined ? '' : `: ${why}`;
  throw new UsageError(`--${option} takes a whole number from ${least} on, not "${text}"${reason}.`);
}
