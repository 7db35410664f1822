/** Which runs are kept: what `nx-flow gc` is told, or what `flow.json` in the workspace says. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDuration } from '../../definition/duration';
import { FlowError, suggest } from '../../definition/errors';

export interface Policy {
  /** The newest so many runs of each flow in each namespace. */
  keepLast?: number;
  /** Runs that began no longer ago, as it was written: `30d`. */
  keep?: string;
  /** Runs that have one of these tags are never removed. */
  keepTags?: readonly string[];
  /** The most that runs may take, as it was written: `10 GB`. The oldest beyond it go. */
  maxSize?: string;
}

const FILE = 'flow.json';

/** What it holds; editors read the first one. */
const SECTIONS = ['$schema', 'retention'];

/** Whether a policy says that any run is to go. */
export function removes({ keepLast, keep, maxSize }: Policy): boolean {
  return keepLast !== undefined || keep !== undefined || maxSize !== undefined;
}

/** The same for the same policy, whose texts the store does not keep. sha256. */
export function policyDigest({ keepLast, keep, keepTags, maxSize }: Policy): string {
  const text = JSON.stringify({ keepLast, keep, keepTags: [...(keepTags ?? [])].sort(), maxSize });
  return createHash('sha256').update(text).digest('hex');
}

const UNITS: Record<string, number> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Bytes, or undefined when the text is no size. */
export function parseSize(text: unknown): number | undefined {
  const [, number, unit = ''] =
    (typeof text === 'string' && /^(\d+(?:\.\d+)?)\s*([KMGT]?B)$/i.exec(text.trim())) || [];
  return number === undefined ? undefined : Number(number) * (UNITS[unit.toUpperCase()] as number);
}

/** What `flow.json` of a workspace says under `retention`; undefined where it says nothing. @throws FlowError FLOW_RETENTION */
export function declaredPolicy(workspace: string): Policy | undefined {
  const file = join(workspace, FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw wrong(file, `cannot be read (${code})`);
  }
  let settings: unknown;
  try {
    settings = JSON.parse(text);
  } catch (error) {
    throw wrong(file, `is no JSON: ${(error as Error).message}`);
  }
  if (!isObject(settings)) throw wrong(file, 'holds no object');
  for (const name of Object.keys(settings))
    if (!SECTIONS.includes(name))
      throw wrong(file, `has an unknown "${name}". ${suggest(name, ['retention'])}`);
  const { retention } = settings;
  if (retention === undefined) return undefined;
  if (!isObject(retention)) throw wrong(file, 'has a "retention" that is no object');
  return checked(file, retention);
}

/** What each name takes: in words, and whether a value is that. */
const NAMES: Record<keyof Policy, [what: string, is: (value: unknown) => boolean]> = {
  keepLast: ['a whole number above 0', (value) => Number.isSafeInteger(value) && (value as number) > 0],
  keep: ['a duration such as "30d"', (value) => parseDuration(value) !== undefined],
  keepTags: [
    'a list of tags',
    (value) => Array.isArray(value) && value.every((tag) => typeof tag === 'string'),
  ],
  maxSize: ['a size such as "10 GB"', (value) => parseSize(value) !== undefined],
};

function checked(file: string, retention: Record<string, unknown>): Policy {
  for (const [name, value] of Object.entries(retention)) {
    if (!Object.hasOwn(NAMES, name))
      throw wrong(file, `has an unknown "${name}" in "retention". ${suggest(name, Object.keys(NAMES))}`);
    const [what, is] = NAMES[name as keyof Policy];
    if (!is(value)) throw wrong(file, `gives "${name}" as ${JSON.stringify(value)}: it takes ${what}`);
  }
  return retention as Policy;
}

function wrong(file: string, what: string): FlowError {
  return new FlowError('FLOW_RETENTION', `${file} ${what.replace(/[.?]?$/, (end) => end || '.')}`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
