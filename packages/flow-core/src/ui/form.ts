/** What a form for a flow needs: its steps, and its parameters as JSON Schema. */
import type { z } from 'zod';
import { type Graph, parents } from '../definition/graph';
import { parameterHelp } from '../definition/params';
import type { FlowForm } from './questions';

type Schema = Readonly<Record<string, unknown>>;

export function flowForm(graph: Graph): FlowForm {
  const nodes = [...graph.steps.values()].map((node) => ({
    name: node.name,
    kind: node.kind,
    after: parents(node),
  }));
  const params = parameterHelp(graph).map(({ name, description, required, ...rest }) => {
    const schema = schemaOf(graph.params[name] as z.ZodType);
    const said = description === '' || 'description' in schema ? schema : { ...schema, description };
    return { name, schema: said, required, ...('default' in rest ? { default: asJson(rest.default) } : {}) };
  });
  return { nodes, params };
}

/** What is to be given. Where that may be anything, such as a text that is read, what becomes of it. */
function schemaOf(type: z.ZodType): Schema {
  const { toJSONSchema } = require('zod').z as typeof z;
  const of = (io: 'input' | 'output'): Schema => {
    try {
      const {
        $schema: _,
        '~standard': _standard,
        ...schema
      } = toJSONSchema(type, { io, unrepresentable: 'any' }) as Record<string, unknown>;
      return schema;
    } catch {
      return {};
    }
  };
  const input = of('input');
  if (says(input)) return input;
  const output = of('output');
  return says(output) ? { ...output, ...input } : input;
}

const says = (schema: Schema) =>
  ['type', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', '$ref'].some((key) => key in schema);

function asJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    return undefined;
  }
}
