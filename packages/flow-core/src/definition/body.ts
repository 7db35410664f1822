/** step.run(): a step's body alone, for unit tests. */
import { FlowError, suggest } from './errors';
import type { StepNode } from './graph';

/** Runs `node`'s body on a context that the caller makes. What it reads and was not given is a named error. */
export async function runBody(node: StepNode, given: object): Promise<Record<string, unknown>> {
  const context: Record<string, unknown> = { params: {}, stack: [], ...given };
  if ('self' in context || node.kind !== 'join') context.self = strict('self', context.self ?? {});
  if (context.inputs) {
    const inputs = context.inputs as object;
    const entries = Object.entries(inputs).map(([k, v]) => [k, strict(`inputs.${k}`, v as object)] as const);
    context.inputs = Array.isArray(inputs)
      ? entries.map(([, v]) => v)
      : strict('inputs', Object.fromEntries(entries));
  }
  context.params = strict('params', context.params as object);
  context.signal ??= new AbortController().signal;
  context.log ??= () => {};
  context.card ??= { append() {}, refresh() {} };
  context.current ??= {
    flow: '',
    run: 'test',
    step: node.name,
    task: 'test',
    pathspec: `test/${node.name}/test`,
    attempt: 0,
    user: '',
    namespace: '',
    tags: new Set(),
  };
  if (!node.body) return {};
  return ((await node.body(context as never)) ?? {}) as Record<string, unknown>;
}

/** An object whose missing properties are errors. Symbols and `then` are left alone: promises and printers ask for them. */
function strict(label: string, values: object): object {
  return new Proxy(values, {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target || key === 'then' || key === 'toJSON') {
        return Reflect.get(target, key, receiver);
      }
      throw new FlowError(
        'FLOW_ARTIFACT_NOT_GIVEN',
        `The step reads ${label}.${key}, which the test did not give. ${suggest(key, Object.keys(target), `Nothing was given in ${label}.`)}`,
      );
    },
  });
}
