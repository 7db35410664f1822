/**
 * Whether evaluating an expression, while its module is loaded, may change anything but its own value. Anything
 * not known to be harmless may: its code then counts for every step.
 */
import { keyOf, literal, type Node, unwrap } from '../ast';
import { isErased } from './erased';

export interface Surroundings {
  /** The source of an imported name, and its name there. */
  imported(name: string): { source: string; name: string } | undefined;
  /** Whether this module declares the name. Other names are globals. */
  declares(name: string): boolean;
  /** Declarations of flows and steps, and edges. */
  known(node: Node): boolean;
  /** Whether some code runs when a property is read or a value turned into text: reading may then do anything. */
  tricky: boolean;
}

const MAKES =
  /^(Map|Set|WeakMap|WeakSet|WeakRef|Date|RegExp|URL|URLSearchParams|Array|Object|String|Number|Boolean|((Range|Type|Syntax|Reference)?Error)|(Big)?(Int|Uint)(8|16|32|64)(Clamped)?Array|Float(32|64)Array|ArrayBuffer|DataView|TextEncoder|TextDecoder|AbortController|Headers)$/;
/** Global functions without effect, as long as no function is among their arguments. */
const CALLS =
  /^(Symbol|Symbol\.for|BigInt|Number|String|Boolean|parseInt|parseFloat|isNaN|isFinite|structuredClone|(en|de)codeURI(Component)?|Math\.\w+|Number\.\w+|String\.\w+|Date\.(now|parse|UTC)|Array\.(of|from|isArray)|JSON\.(parse|stringify)|Object\.(keys|values|entries|fromEntries|is|hasOwn)|Buffer\.(from|alloc|byteLength)|process\.(cwd|uptime|hrtime)|performance\.now)$/;
/** Node modules in which no function has an effect. */
const MODULES = /^(node:)?(path|url|path\/posix|path\/win32)$/;
/** Methods of a string or array literal. None returns an iterator, since reading an iterator changes it. */
const METHODS =
  /^(at|concat|endsWith|flat|includes|indexOf|join|padEnd|padStart|repeat|reverse|slice|split|startsWith|substring|toLowerCase|toReversed|toSpliced|toUpperCase|toString|trim|trimEnd|trimStart|with|fill)$/;
/** Functions that only describe a schema. */
const ZOD = new Set(
  `string number int int32 uint32 float32 float64 boolean bigint int64 uint64 date symbol literal enum nativeEnum object
  strictObject looseObject array tuple record partialRecord map set union discriminatedUnion intersection optional
  nullable nullish default prefault catch min max length nonempty size gt gte lt lte positive nonnegative
  negative nonpositive multipleOf step finite safe email url uuid uuidv4 uuidv6 uuidv7 guid cuid cuid2 ulid nanoid emoji
  base64 base64url jwt ipv4 ipv6 cidrv4 cidrv6 e164 hostname hex regex includes startsWith endsWith trim toLowerCase
  toUpperCase normalize lowercase uppercase refine superRefine transform overwrite preprocess pipe any unknown never void
  undefined null nan lazy custom instanceof brand readonly partial required pick omit extend safeExtend merge keyof strict
  passthrough strip loose catchall and or datetime time duration stringbool templateLiteral json file promise check
  unwrap shape describe nonoptional exclude extract`.split(/\s+/),
);

export function isHarmless(wrapped: Node, around: Surroundings): boolean {
  const node = unwrap(wrapped);
  const all = (nodes: readonly (Node | null)[]) => nodes.every((n) => n === null || isHarmless(n, around));
  if (!node || around.known(node)) return true;
  switch (node.type) {
    case 'Identifier':
    case 'Literal':
    case 'MetaProperty':
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return true;
    case 'TemplateLiteral':
      return node.expressions.length === 0 || (!around.tricky && all(node.expressions));
    case 'SequenceExpression':
      return all(node.expressions);
    case 'ArrayExpression':
      return all(node.elements);
    case 'ObjectExpression':
      return node.properties.every((property: Node) =>
        property.type === 'SpreadElement'
          ? isHarmless(property, around)
          : (!property.computed || isHarmless(property.key, around)) && isHarmless(property.value, around),
      );
    case 'SpreadElement':
      return !around.tricky && isHarmless(node.argument, around);
    case 'UnaryExpression':
      if (node.operator === 'delete' || (around.tricky && !/^(!|typeof|void)$/.test(node.operator)))
        return false;
      return isHarmless(node.argument, around);
    case 'BinaryExpression':
      return !around.tricky && all([node.left, node.right]);
    case 'LogicalExpression':
      return all([node.left, node.right]);
    case 'ConditionalExpression':
      return all([node.test, node.consequent, node.alternate]);
    case 'ChainExpression':
      return isHarmless(node.expression, around);
    case 'MemberExpression':
      return (
        !around.tricky &&
        isHarmless(node.object, around) &&
        (!node.computed || isHarmless(node.property, around))
      );
    case 'ClassExpression':
    case 'ClassDeclaration':
      return isHarmlessClass(node, around);
    case 'NewExpression':
      return isGlobal(node.callee, MAKES, around) && isData(node.arguments, around);
    case 'CallExpression':
      return isHarmlessCall(node, around);
    default:
      return false;
  }
}

function isHarmlessClass(node: Node, around: Surroundings): boolean {
  if (node.decorators?.length || !isHarmless(node.superClass, around)) return false;
  return node.body.body.every((member: Node) => {
    if (isErased(member)) return true;
    if (member.type === 'StaticBlock' || member.decorators?.length) return false;
    if (member.value?.params?.some((param: Node) => param.decorators?.length)) return false;
    return (
      (!member.computed || isHarmless(member.key, around)) &&
      (!member.static || isHarmless(member.value, around))
    );
  });
}

function isHarmlessCall({ callee, arguments: args }: Node, around: Surroundings): boolean {
  const all = () => args.every((argument: Node) => isHarmless(argument, around));
  if (isGlobal(callee, CALLS, around)) return isData(args, around);
  const root = rootOf(callee);
  const from = root === undefined ? undefined : around.imported(root);
  if (from?.source === 'zod' || from?.source === 'zod/v4') return isSchema(callee, args, from.name, around);
  if (from?.source === '@nx-flow/core') {
    if (from.name === 'param') return isSchema(callee, args, from.name, around);
    return from.name === 'oneOf' && callee.type === 'Identifier' && all();
  }
  if (from && MODULES.test(from.source)) return all();
  if (from && /^(node:)?module$/.test(from.source) && from.name === 'createRequire') return all();
  if (callee.type !== 'MemberExpression' || callee.computed) return false;
  const { object, property } = callee;
  const standing = literal(object) !== undefined || object.type === 'ArrayExpression';
  return standing && METHODS.test(property.name) && isHarmless(object, around) && isData(args, around);
}

/** `z.string().min(1)` and `param.json(…).default(…)`: descriptions, all the way down. */
function isSchema(callee: Node, args: readonly Node[], imported: string, around: Surroundings): boolean {
  if (!args.every((argument) => isHarmless(argument, around))) return false;
  if (callee.type === 'Identifier') return ZOD.has(imported);
  for (let at = callee; at.type !== 'Identifier'; ) {
    if (at.type === 'MemberExpression' && !at.computed) {
      const { name } = at.property;
      const space =
        ['z', 'coerce', 'iso'].includes(name) || (imported === 'param' && /^(bool|json|file)$/.test(name));
      if (!space && !ZOD.has(name)) return false;
      at = at.object;
    } else if (at.type === 'CallExpression') {
      if (!at.arguments.every((argument: Node) => isHarmless(argument, around))) return false;
      at = at.callee;
      if (at.type === 'Identifier') return ZOD.has(imported);
    } else return false;
  }
  return true;
}

/** The variable at the left end of `z.string().min`. */
function rootOf(node: Node): string | undefined {
  let at = node;
  while (at) {
    if (at.type === 'Identifier') return at.name;
    at = at.type === 'MemberExpression' ? at.object : at.type === 'CallExpression' ? at.callee : undefined;
  }
  return undefined;
}

function isGlobal(callee: Node, names: RegExp, around: Surroundings): boolean {
  const name =
    callee.type === 'MemberExpression' && !callee.computed && callee.object.type === 'Identifier'
      ? `${callee.object.name}.${callee.property.name}`
      : callee.name;
  return name !== undefined && names.test(name) && !around.declares(name.split('.')[0] as string);
}

/** Whether the arguments hold no function, so that the callee cannot call user code. A variable may hold one. */
function isData(args: readonly Node[], around: Surroundings): boolean {
  if (around.tricky && args.length > 0) return false;
  return args.every(
    (argument, i) => isHarmless(argument, around) && !mayHoldFunction(unwrap(argument), i === 0),
  );
}

function mayHoldFunction(node: Node, first: boolean): boolean {
  switch (node?.type) {
    case 'Literal':
    case 'TemplateLiteral':
    case 'UnaryExpression':
    case 'BinaryExpression':
      return false;
    case 'Identifier':
    case 'MemberExpression':
    case 'CallExpression':
    case 'NewExpression':
      return !first;
    case 'ArrayExpression':
      return node.elements.some((element: Node) => element && mayHoldFunction(unwrap(element), first));
    case 'ObjectExpression':
      return node.properties.some(
        (p: Node) => keyOf(p) === undefined || mayHoldFunction(unwrap(p.value), first),
      );
    default:
      return true;
  }
}
