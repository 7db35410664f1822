/** The command line of a spin. */
import type { SpinRequest } from '../../api/routes';
import { quoted } from '../read/commands';

/** After `spin`. @param params the options for the parameters, and others */
export function spinArgv(
  { flow, step, run, task, index = [], set = {} }: SpinRequest,
  params: readonly string[],
): string[] {
  const at = run === undefined ? step : [run, step, ...(task === undefined ? [] : [task])].join('/');
  return [
    ...[flow, at],
    // A task is one split already.
    ...(index.length > 0 && task === undefined ? [`--index=${index.join(',')}`] : []),
    ...params,
    ...Object.entries(set).map(([name, text]) => `--set.${name}=${text}`),
    '--values',
  ];
}

/** As it is typed. @param more options of every command, with a space in front */
export function spinCommand(request: SpinRequest, more: string): string {
  const params = Object.entries(request.params ?? {}).map(
    ([name, text]) => `--params.${name}=${typed(text)}`,
  );
  return `npx nx-flow spin ${spinArgv(request, params).map(quoted).join(' ')}${more}`;
}

/** A JSON text as a command line has it: a text without quotes. */
function typed(json: string): string {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : json;
  } catch {
    return json;
  }
}
