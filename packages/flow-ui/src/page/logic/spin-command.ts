/** The command lines that do what a form does. */
import type { SpinRequest } from '../../api/routes';

/**
 * @param before the inputs as they were recorded, as JSON: over a text, the command takes text as it is
 */
export function spinCommand(request: SpinRequest, before: Readonly<Record<string, string>> = {}): string {
  const { flow, step, run, task, index, set = {}, params = {} } = request;
  const what = run === undefined ? step : `${run}/${step}${task === undefined ? '' : `/${task}`}`;
  return words([
    ...['npx', 'nx-flow', 'spin', flow, what],
    ...(index && index.length > 0 && task === undefined ? [`--index=${index.join(',')}`] : []),
    ...Object.entries(params).map(([name, json]) => `--params.${name}=${textOf(json)}`),
    ...Object.entries(set).map(
      ([name, json]) => `--set.${name}=${isText(before[name]) ? textOf(json) : json}`,
    ),
  ]);
}

export function runCommand(
  flow: string,
  params: Readonly<Record<string, string>>,
  tags: readonly string[],
): string {
  return words([
    ...['npx', 'nx-flow', 'run', flow],
    ...Object.entries(params).map(([name, json]) => `--params.${name}=${textOf(json)}`),
    ...tags.map((tag) => `--tag=${tag}`),
  ]);
}

export function resumeCommand(
  flow: string,
  run: number,
  step: string | undefined,
  params: Readonly<Record<string, string>>,
): string {
  return words([
    ...['npx', 'nx-flow', 'resume', flow, step ? `${run}/${step}` : `${run}`],
    ...Object.entries(params).map(([name, json]) => `--params.${name}=${textOf(json)}`),
  ]);
}

const words = (list: readonly string[]) => list.map(quoted).join(' ');

/** As a POSIX shell reads it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

const isText = (json: string | undefined) => json?.startsWith('"') === true;

/** Of a text what stands in its quotes; else the JSON. */
function textOf(json: string): string {
  if (!json.startsWith('"')) return json;
  try {
    return JSON.parse(json) as string;
  } catch {
    return json;
  }
}
