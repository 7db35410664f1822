/** The fields of a form, out of the JSON Schemas of a flow's parameters. */
import type { FlowReply } from '../../api/routes';

type Schema = Readonly<Record<string, unknown>>;
export type Param = FlowReply['params'][number];

export interface Field {
  name: string;
  kind: 'text' | 'number' | 'integer' | 'boolean' | 'choice' | 'date' | 'json';
  required: boolean;
  description?: string;
  /** Whether the parameter has a default: then an empty field leaves it to the flow. */
  default?: unknown;
  /** Of a choice, as JSON texts. */
  choices: readonly string[];
  /** What it may be, in a few words: `integer, 0 to 10`. */
  rule: string;
  nullable: boolean;
  schema: Schema;
}

export function fieldsOf(params: readonly Param[]): Field[] {
  return params.map((param) => {
    const { schema, nullable } = withoutNull(param.schema);
    const kind = kindOf(schema);
    const description = param.schema.description ?? schema.description;
    const field = {
      name: param.name,
      kind,
      required: param.required,
      ...(typeof description === 'string' && description !== '' ? { description } : {}),
      ...(param.default === undefined ? {} : { default: param.default }),
      choices: choicesOf(schema),
      nullable,
      schema,
    };
    return { ...field, rule: ruleOf(field) };
  });
}

/** What the field shows at first: a recorded value, or nothing. */
export function textOf(field: Field, value: unknown): string {
  if (value === undefined) return '';
  if (field.kind === 'json' || field.kind === 'choice' || field.kind === 'boolean')
    return JSON.stringify(value);
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A default as it is told below a field. */
export function defaultText(field: Field): string | undefined {
  if (field.default === undefined) return undefined;
  return typeof field.default === 'string' ? field.default || '“”' : JSON.stringify(field.default);
}

/** `null` beside another type is told apart: the rest says which field it is. */
function withoutNull(schema: Schema): { schema: Schema; nullable: boolean } {
  const several = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(several)) {
    const rest = several.filter((one: Schema) => one?.type !== 'null');
    if (rest.length === 1)
      return { schema: { ...schema, ...rest[0] }, nullable: rest.length < several.length };
  }
  if (Array.isArray(schema.type) && schema.type.includes('null')) {
    const rest = schema.type.filter((type: unknown) => type !== 'null');
    return { schema: { ...schema, type: rest.length === 1 ? rest[0] : rest }, nullable: true };
  }
  return { schema, nullable: false };
}

function kindOf(schema: Schema): Field['kind'] {
  if (choicesOf(schema).length > 0) return 'choice';
  switch (schema.type) {
    case 'integer':
    case 'number':
    case 'boolean':
      return schema.type;
    case 'array':
    case 'object':
      return 'json';
    case 'string':
      return schema.format === 'date' ? 'date' : 'text';
  }
  return Array.isArray(schema.type) || Array.isArray(schema.anyOf) || Array.isArray(schema.oneOf)
    ? 'json'
    : 'text';
}

function choicesOf({ enum: values, const: only }: Schema): string[] {
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value));
  return only === undefined ? [] : [JSON.stringify(only)];
}

function ruleOf({ kind, schema, nullable }: Pick<Field, 'kind' | 'schema' | 'nullable'>): string {
  const words: string[] = [];
  if (kind === 'json')
    words.push(Array.isArray(schema.type) ? schema.type.join(' or ') : `${schema.type ?? 'value'}`);
  else if (kind === 'text') words.push(typeof schema.format === 'string' ? schema.format : '');
  else if (kind !== 'choice') words.push(kind);
  const { low, high, above, below } = boundsOf(schema);
  if (low !== undefined && high !== undefined) words.push(`${low} to ${high}`);
  else if (low !== undefined) words.push(`at least ${low}`);
  else if (high !== undefined) words.push(`at most ${high}`);
  if (above !== undefined) words.push(`more than ${above}`);
  if (below !== undefined) words.push(`less than ${below}`);
  if (kind === 'json') words[0] += ', as JSON';
  if (nullable) words.push('may be null');
  return words.filter(Boolean).join(', ');
}

/** Bounds that are only those of exact integers are none. */
export function boundsOf(schema: Schema) {
  const bound = (name: string) => {
    const value = schema[name];
    return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
  };
  return {
    low: bound('minimum'),
    high: bound('maximum'),
    above: bound('exclusiveMinimum'),
    below: bound('exclusiveMaximum'),
  };
}
