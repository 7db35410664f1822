/** step.run(): runs a step's body without the engine, for unit tests. */
import { FlowError, suggest } from './errors';
import type { StepNode } from './graph';
import { mergedReferences, mergeKeys } from './merge';
import type { StepCard } from './types';

/** Runs `node`'s body on the caller's context. Reading an artifact that was not given throws a named error. */
export async function runBody(node: StepNode, given: object): Promise<Record<string, unknown>> {
  const watch: Watch = { on: true };
  const context: Record<string, unknown> = { params: {}, stack: [], ...given };
  if (node.kind === 'join' || node.kind === 'gather') context.inputs = strictInputs(context.inputs, watch);
  else context.self = strict('self', await withShared(node, context.self as object | undefined), watch);
  context.params = strict('params', context.params, watch);
  context.signal ??= new AbortController().signal;
  context.log ??= () => {};
  if (context.card === undefined) addCard(context);
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
  try {
    return merged(((await node.body(context as never)) ?? {}) as Record<string, unknown>);
  } finally {
    watch.on = false;
  }
}

/** Made when the body asks for it. Nobody looks at it: a test that wants to gives a card of its own. */
function addCard(context: object): void {
  let card: StepCard | undefined;
  Object.defineProperty(context, 'card', {
    enumerable: true,
    configurable: true,
    get() {
      const { StepCards } = require('./step-cards') as typeof import('./step-cards');
      card ??= new StepCards({ now: Date.now }).card;
      return card;
    },
  });
}

/** As in a run, what a foreach shares is frozen: in a copy, since what a test gives is the test's. */
async function withShared({ share }: StepNode, self: object = {}): Promise<object> {
  if (!share) return self;
  const { frozenCopy } = await import('./shared');
  const shared = Object.entries(self).map(([name, value]) => [
    name,
    share.includes(name) ? frozenCopy(value) : value,
  ]);
  return Object.fromEntries(shared);
}

/** As in a run, names that merge() met with different values are an error unless the step sets them. */
function merged(returned: Record<string | symbol, unknown>): Record<string, unknown> {
  const keys = mergeKeys(returned);
  if (keys.length === 0) return returned;
  mergedReferences(returned);
  return Object.fromEntries(Object.entries(returned));
}

/** On while the body runs. It may return its inputs, and a test may then read any property of them. */
type Watch = { on: boolean };

function strictInputs(inputs: unknown, watch: Watch): unknown {
  const entries = Object.entries(inputs ?? {}).map(
    ([name, input]) => [name, strict(`inputs.${name}`, input, watch)] as const,
  );
  return Array.isArray(inputs)
    ? entries.map(([, input]) => input)
    : strict('inputs', Object.fromEntries(entries), watch);
}

/** An object whose missing properties are errors, except symbols and `then`, which promises and printers read. */
function strict(label: string, values: unknown, watch: Watch): object {
  return new Proxy((values ?? {}) as object, {
    get(target, key, receiver) {
      if (!watch.on || typeof key === 'symbol' || key in target || key === 'then' || key === 'toJSON') {
        return Reflect.get(target, key, receiver);
      }
      throw new FlowError(
        'FLOW_ARTIFACT_NOT_GIVEN',
        `The step reads ${label}.${key}, which the test did not give. ${suggest(key, Object.keys(target), `Nothing was given in ${label}.`)}`,
      );
    },
  });
}
