/** Whether the secrets of steps are there, in the environment or in a step's `env`. */
import { FlowError, type Problem, problemsError } from '../../definition/errors';
import type { Graph, StepNode } from '../../definition/graph';
import { linesOf, SHORTEST } from './forms';

/** The values that can be hidden. A variable that is not there, or too short, has none. */
export function valuesOf({
  secrets = [],
  steps,
}: Pick<Graph, 'secrets' | 'steps'>): Map<string, Set<string>> {
  const values = new Map<string, Set<string>>();
  for (const name of secrets) {
    const found = [variable(name), ...[...steps.values()].map(({ options }) => options.env?.[name])];
    const usable = found.filter((value) => value !== undefined && linesOf(value).length > 0);
    if (usable.length > 0) values.set(name, new Set(usable as string[]));
  }
  return values;
}

/** What every object has, such as `constructor`, is no variable. */
const variable = (name: string) => (Object.hasOwn(process.env, name) ? process.env[name] : undefined);

/** @throws FlowError FLOW_SECRET, with every problem at once */
export function requireSecrets(graph: Graph, steps: { has(step: string): boolean } | undefined): void {
  const problems = [...graph.steps.values()]
    .filter(({ name }) => steps === undefined || steps.has(name))
    .flatMap(problemsOf);
  const [first, ...more] = problems;
  if (!first) return;
  if (more.length === 0) throw new FlowError(first.code, first.message, { problems });
  throw problemsError('FLOW_SECRET', `${graph.flow} cannot start without its secrets`, problems);
}

function problemsOf({ name: step, options, where }: StepNode): Problem[] {
  return (options.secrets ?? []).flatMap((name) => {
    const value = options.env?.[name] ?? variable(name);
    const why = !value
      ? `which is not set: set this variable of the environment`
      : linesOf(value).length === 0
        ? `which is too short to be recognised: a secret has at least ${SHORTEST} characters in a line`
        : undefined;
    if (why === undefined) return [];
    const at = where();
    const message = `"${step}" needs the secret ${name}, ${why}.`;
    return [{ code: 'FLOW_SECRET', message, ...(at === undefined ? {} : { where: at }) }];
  });
}
