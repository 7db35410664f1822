/**
 * The rules of a flow's graph. One rule, one function, one sentence of advice.
 * Long, because it is a list of independent rules.
 */
import { suggest } from './errors';
import {
  children,
  type Edge,
  frameText,
  type Graph,
  parents,
  type StepNode,
  sameScope,
  scopeOf,
  scopeOfInput,
  takenFrom,
} from './graph';
import { isUsableName, nameAdvice } from './names';
import { stepOptions } from './options';
import { packageProblems } from './packages';

export interface Finding {
  message: string;
  node?: StepNode;
}
export type Rule = (graph: Graph, declared: readonly StepNode[]) => Finding[];

const flowName: Rule = ({ flow }) =>
  isUsableName(flow) ? [] : [{ message: `The flow's name "${flow}" is not usable: ${nameAdvice(flow)}` }];

const stepNames: Rule = (_, declared) =>
  declared
    .filter(({ name }) => typeof name !== 'string' || !isUsableName(name))
    .map((node) => ({
      node,
      message: `The step name "${node.name}" is not usable: ${nameAdvice(String(node.name))}`,
    }));

const hasReservedName = (node: StepNode) =>
  ['start', 'end', 'spin'].includes(node.name) && node.kind !== node.name;

const reservedNames: Rule = (_, declared) =>
  declared.filter(hasReservedName).map((node) => ({
    node,
    message: `A step cannot be called "${node.name}": the name is taken. Choose another.`,
  }));

const uniqueNames: Rule = (_, declared) =>
  declared
    // A step with a reserved name is a problem of its own.
    .filter((node) => !hasReservedName(node))
    .filter((node, i, usual) => usual.findIndex((other) => other.name === node.name) !== i)
    .map((node) => ({
      node,
      message:
        node.kind === node.name
          ? `A flow has one ${node.name}: remove the second f.${node.name}().`
          : `There is a step "${node.name}" already: give one of the two another name.`,
    }));

const hasStart: Rule = (_, declared) =>
  declared.some((node) => node.kind === 'start')
    ? []
    : [{ message: 'The flow has no start: declare it with f.start().' }];

const hasBody: Rule = (_, declared) =>
  declared
    .filter((node) => node.kind !== 'end' && typeof node.body !== 'function')
    .map((node) => ({
      node,
      message: `Step "${node.name}" has no body: give a function as the last argument.`,
    }));

const hasAfter: Rule = (_, declared) =>
  declared
    .filter((node) => node.kind !== 'start')
    .filter((node) => node.inputs.length === 0 || node.inputs.some((input) => input.from.length === 0))
    .map((node) => ({
      node,
      message: `Step "${node.name}" comes after nothing: give a step of this flow as \`after\`${node.kind === 'gather' ? ', one for each branch' : ''}.`,
    }));

const knownParents: Rule = (graph, declared) => {
  const own = new Set(declared);
  const foreign = (edge: Edge) => {
    const from = takenFrom.get(edge);
    return from ? !own.has(from) : !graph.steps.has(edge.from);
  };
  return declared.flatMap((node) => {
    const names = node.inputs.flatMap((input) => input.from.filter(foreign).map((edge) => edge.from));
    return [...new Set(names)].map((name) => ({
      node,
      message: `Step "${node.name}" comes after "${name}", which is a step of another flow.`,
    }));
  });
};

const knownCases: Rule = (graph, declared) =>
  declared.flatMap((node) =>
    node.inputs
      .flatMap((input) => input.from)
      .filter((edge) => edge.when !== undefined)
      .filter((edge) => !graph.steps.get(edge.from)?.cases?.includes(edge.when as string))
      .map((edge) => ({
        node,
        message: `"${edge.when}" is not a case of "${edge.from}". ${suggest(edge.when as string, graph.steps.get(edge.from)?.cases ?? [])}`,
      })),
  );

const switchIsLeftByCases: Rule = (graph, declared) =>
  declared.flatMap((node) =>
    node.inputs
      .flatMap((input) => input.from)
      .filter((edge) => edge.when === undefined && graph.steps.get(edge.from)?.kind === 'switch')
      .map((edge) => ({
        node,
        message: `Step "${node.name}" comes after the switch "${edge.from}" itself: use ${edge.from}.when('…') for one of its cases.`,
      })),
  );

const switchCases: Rule = (_, declared) =>
  declared
    .filter((node) => node.kind === 'switch')
    .filter((node) => !Array.isArray(node.cases) || node.cases.length === 0 || !node.on)
    .map((node) => ({
      node,
      message: `The switch "${node.name}" needs \`on\` (an artifact's name) and \`cases\` (a list).`,
    }));

const casesOnce: Rule = (_, declared) =>
  declared
    .filter((node) => node.kind === 'switch' && Array.isArray(node.cases))
    .flatMap((node) => {
      const twice = (node.cases ?? []).filter((c, i, all) => all.indexOf(c) !== i);
      return [...new Set(twice)].map((c) => ({
        node,
        message: `The case "${c}" of "${node.name}" stands twice in \`cases\`: remove the second.`,
      }));
    });

const everyCaseLeads: Rule = (graph, declared) =>
  declared
    .filter((node) => node.kind === 'switch')
    .flatMap((node) =>
      [...new Set(node.cases ?? [])]
        .filter((c) => !children(graph, node.name).some(({ edge }) => edge.when === c))
        .map((c) => ({
          node,
          message: `The case "${c}" of "${node.name}" leads nowhere: declare a step after ${node.name}.when('${c}'), or name it in a oneOf.`,
        })),
    );

const foreachOver: Rule = (_, declared) =>
  declared
    .filter((node) => node.kind === 'foreach' && !node.over)
    .map((node) => ({
      node,
      message: `The foreach "${node.name}" needs \`over\`: the name of an artifact that is a list.`,
    }));

const loopWhile: Rule = (_, declared) =>
  declared
    .filter((node) => node.kind === 'loop')
    .filter(
      (node) => !node.while || (node.max !== undefined && !(Number.isInteger(node.max) && node.max > 0)),
    )
    .map((node) => ({
      node,
      message: `The loop "${node.name}" needs \`while\` (the name of an artifact that is true or false), and \`max\`, if given, is a whole number above 0.`,
    }));

const gatherTwo: Rule = (_, declared) =>
  declared
    .filter((node) => node.kind === 'gather' && node.inputs.length === 1)
    .map((node) => ({
      node,
      message: `"${node.name}" gathers one branch only: use f.step() after it, or name another branch.`,
    }));

const oneOfIsExclusive: Rule = (graph, declared) =>
  declared.flatMap((node) =>
    node.inputs
      .filter((input) => input.from.length > 1)
      .filter((input) => input.from.every((edge) => scopeOf(graph, edge.from)))
      .filter((input) => !scopeOfInput(graph, input))
      .map((input) => ({
        node,
        message: `"${node.name}" comes after oneOf(${input.from.map((e) => e.from).join(', ')}), but these are not different arms of one switch: to wait for all of them, use f.gather().`,
      })),
  );

const gatherSameScope: Rule = (graph, declared) =>
  declared
    .filter((node) => node.kind === 'gather' && node.inputs.length > 1)
    .flatMap((node) => {
      const scopes = node.inputs.map((input) => scopeOfInput(graph, input));
      const first = scopes[0];
      if (!first || scopes.some((scope) => !scope)) return [];
      const at = scopes.findIndex((scope) => scope && !sameScope(scope, first));
      if (at < 0) return [];
      const told = (i: number) => {
        const frames = (scopes[i] ?? []).map(frameText).join(', ');
        return `"${node.inputs[i]?.as}" stands under ${frames || 'no foreach and no switch'}`;
      };
      return [
        {
          node,
          message: `"${node.name}" cannot gather these branches: ${told(0)}, ${told(at)}. Join the foreach, or leave the switch by oneOf, before.`,
        },
      ];
    });

const joinNeedsForeach: Rule = (graph, declared) =>
  declared
    .filter((node) => node.kind === 'join' && node.inputs[0])
    .flatMap((node) => {
      const scope = scopeOfInput(graph, node.inputs[0] as never);
      const last = scope?.at(-1);
      if (!scope || (last && 'foreach' in last)) return [];
      const after = parents(node).join(', ');
      return [
        {
          node,
          message: last
            ? `"${node.name}" joins after "${after}", which only some splits reach (${frameText(last)}): leave the switch by oneOf before the join.`
            : `"${node.name}" has nothing to join: "${after}" stands under no foreach. Use f.step(), or f.gather() for branches.`,
        },
      ];
    });

const endIsOutside: Rule = (graph, declared) =>
  declared
    .filter((node) => node.kind === 'end' && node.inputs[0])
    .flatMap((node) => {
      const last = scopeOfInput(graph, node.inputs[0] as never)?.at(-1);
      if (!last) return [];
      return [
        {
          node,
          message:
            'foreach' in last
              ? `The flow cannot end inside the foreach "${last.foreach}": declare f.join() before f.end().`
              : `The flow cannot end in one arm of the switch "${last.switch}": end after oneOf(…) of all its arms.`,
        },
      ];
    });

const reachesEnd: Rule = (graph, declared) => {
  const reached = new Set<string>();
  const visit = (name: string) => {
    if (reached.has(name)) return;
    reached.add(name);
    const node = graph.steps.get(name);
    for (const parent of node ? parents(node) : []) visit(parent);
  };
  // A step that is called "end" hides the real one.
  if (declared.some(hasReservedName)) return [];
  visit('end');
  return declared
    .filter((node) => node.kind !== 'end' && !reached.has(node.name))
    .filter((node) => children(graph, node.name).length === 0)
    .map((node) => ({
      node,
      message: `Step "${node.name}" does not reach the end: gather it with the other branches, or remove it.`,
    }));
};

const optionValues: Rule = (_, declared) =>
  declared.flatMap((node) =>
    stepOptions.flatMap(([, { problems }]) => (problems?.(node) ?? []).map((message) => ({ node, message }))),
  );

/** Nx hashes the variables that a flow names in its inputs, and a secret is in no cache key. */
export const secretInputs: Rule = ({ inputs = [] }, declared) =>
  declared.flatMap((node) => {
    const { secrets } = node.options;
    if (!Array.isArray(secrets)) return [];
    return secrets
      .filter((name) => inputs.some((input) => typeof input !== 'string' && input.env === name))
      .map((name) => ({
        node,
        message: `${name} is a secret of "${node.name}" and stands in the flow's \`inputs\`, whose variables are hashed into cache keys: remove it from \`inputs\`.`,
      }));
  });

const packageSpecs: Rule = (_, declared) =>
  declared.flatMap((node) =>
    packageProblems(node.options.packages).map((problem) => ({
      node,
      message: `\`packages\` of "${node.name}" ${problem}`,
    })),
  );

const OPTIONS_OF_ALL = stepOptions.flatMap(([name, { kind }]) => (kind === undefined ? [name] : []));
const knownOptions: Rule = (_, declared) =>
  declared.flatMap((node) => [
    ...Object.keys(node.options)
      .filter((key) => !OPTIONS_OF_ALL.some((name) => name === key))
      .map((key) => ({
        node,
        message: `Step "${node.name}" has an unknown option "${key}". ${suggest(key, OPTIONS_OF_ALL)}`,
      })),
    ...stepOptions
      .filter(
        ([name, { kind }]) => kind !== undefined && kind !== node.kind && node[name as OfKind] !== undefined,
      )
      .map(([name, { kind }]) => ({
        node,
        message: `Step "${node.name}" has the option "${name}", which only f.${kind}() takes.`,
      })),
  ]);

type OfKind = 'over' | 'empty' | 'share' | 'on' | 'cases' | 'while' | 'max';

/** The rules, by the error code of their findings. */
export const RULES: Record<string, Rule> = {
  FLOW_NAME: flowName,
  FLOW_STEP_NAME: stepNames,
  FLOW_STEP_RESERVED: reservedNames,
  FLOW_STEP_TWICE: uniqueNames,
  FLOW_NO_START: hasStart,
  FLOW_NO_BODY: hasBody,
  FLOW_NO_PARENT: hasAfter,
  FLOW_FOREIGN_STEP: knownParents,
  FLOW_UNKNOWN_CASE: knownCases,
  FLOW_SWITCH_EDGE: switchIsLeftByCases,
  FLOW_SWITCH_CASES: switchCases,
  FLOW_CASE_TWICE: casesOnce,
  FLOW_CASE_LEADS_NOWHERE: everyCaseLeads,
  FLOW_FOREACH_OVER: foreachOver,
  FLOW_LOOP_WHILE: loopWhile,
  FLOW_GATHER_ONE: gatherTwo,
  FLOW_ONEOF: oneOfIsExclusive,
  FLOW_GATHER_SCOPE: gatherSameScope,
  FLOW_JOIN_SCOPE: joinNeedsForeach,
  FLOW_END_SCOPE: endIsOutside,
  FLOW_DEAD_END: reachesEnd,
  FLOW_OPTION_VALUE: optionValues,
  FLOW_SECRET_INPUT: secretInputs,
  FLOW_PACKAGES: packageSpecs,
  FLOW_OPTION_UNKNOWN: knownOptions,
};
