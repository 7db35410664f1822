/** The JSON that `why` prints. */
import type { Why } from '../../engine/explain/why/why';
import type { GitState } from '../../store/rows/rows';
import type { WhyJson } from './shapes';
import { jsonValue } from './value';

export function whyJson(found: Why, git: GitState | undefined): WhyJson {
  const { pathspec, executed, same, code, parameters, inputs, upstream, environment, variables, run } = found;
  return {
    pathspec,
    executed,
    same: same ?? null,
    code,
    parameters: parameters.map(({ before, after, ...rest }) => ({
      ...rest,
      ...(rest.change === 'new' ? {} : { before: jsonValue(before) }),
      ...(rest.change === 'gone' ? {} : { after: jsonValue(after) }),
    })),
    inputs: { before: inputs.before ?? null, differences: inputs.differences },
    upstream,
    environment,
    variables,
    git: { before: run.git ?? null, after: git ?? null },
  };
}
