/** What differs between two fingerprints, in words. */
import type { Part, PartKind } from './parts';

export interface Difference {
  change: 'changed' | 'new' | 'gone';
  kind: PartKind;
  /** What the part is called: a file and a binding, a package, a parameter. */
  name: string;
  /** Versions, where the part is one. */
  before?: string;
  after?: string;
  /** `file:line` of the part today, or of where it was when it is gone. */
  at?: string;
  /** One line for people, without its subject's place. */
  text: string;
}

interface Fingerprint {
  parts: readonly Part[];
}

/** The most telling difference comes first: the step's own code. */
export function compareFingerprints(before: Fingerprint, after: Fingerprint): Difference[] {
  const old = index(before.parts);
  const now = index(after.parts);
  const found: Difference[] = [];
  for (const [key, part] of now) {
    const was = old.get(key);
    if (!was) found.push(difference('new', part));
    else if (was.value !== part.value) found.push(difference('changed', part, was));
  }
  for (const [key, part] of old) if (!now.has(key)) found.push(difference('gone', part, part));
  return telling(found).sort(
    (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || (a.name < b.name ? -1 : 1),
  );
}

/** One change often shows in several parts. This leaves out the parts that only repeat a clearer one. */
function telling(all: Difference[]): Difference[] {
  const has = (...kinds: PartKind[]) => all.some(({ kind }) => kinds.includes(kind));
  const told = has('binding', 'package', 'missing', 'data');
  return all.filter(({ kind, name }) => {
    switch (kind) {
      case 'flow':
        return !has('param');
      case 'order':
        return !has('binding', 'load', 'package');
      case 'import':
        return !told;
      case 'load':
        return (
          !name.endsWith(WHOLE) || !(has('binding') || all.some((d) => d.kind === 'load' && d.name !== name))
        );
      default:
        return true;
    }
  });
}

const WHOLE = ': (all of it)';
const ORDER: PartKind[] = [
  'function',
  'options',
  'splits',
  'param',
  'flow',
  'binding',
  'import',
  'load',
  'order',
  'data',
  'package',
  'missing',
  'open',
  'scope',
  'exports',
  'tsconfig',
  'node',
  'engine',
];
/** Kinds whose value is no hash, but something to show. */
const SHOWN = new Set<PartKind>(['package', 'node', 'engine', 'scope', 'splits']);

function index(parts: readonly Part[]): Map<string, Part> {
  return new Map(parts.map((part) => [`${part.kind}\0${part.name}`, part]));
}

function difference(change: Difference['change'], part: Part, was?: Part): Difference {
  const { kind, name, at } = part;
  const shown = SHOWN.has(kind);
  return {
    change,
    kind,
    name,
    ...(shown && was ? { before: was.value } : {}),
    ...(shown && change !== 'gone' ? { after: part.value } : {}),
    ...(at === undefined ? {} : { at }),
    text: sentence(change, part, was),
  };
}

function sentence(change: Difference['change'], { kind, name, value }: Part, was?: Part): string {
  const is = change === 'changed' ? 'changed' : `is ${change}`;
  const are = change === 'changed' ? 'changed' : `are ${change}`;
  const used = change === 'changed' ? 'changed' : change === 'new' ? 'is used now' : 'is not used any more';
  const versions = change === 'changed' ? `${was?.value} → ${value}` : `${value} ${is}`;
  switch (kind) {
    case 'function':
      return change === 'changed' ? `the function of the step ${name} changed` : `the step ${name} ${used}`;
    case 'options':
      return `the options or edges of the step ${name} ${are}`;
    case 'splits':
      return change === 'changed'
        ? `the artifacts that foreaches split changed: ${was?.value || 'none'} → ${value || 'none'}`
        : `the artifacts that foreaches split ${are}`;
    case 'param':
      return `the schema of the parameter ${name} ${is}`;
    case 'flow':
      return `the declaration of the flow ${name} ${is}`;
    case 'binding':
      return `${name} ${used}`;
    case 'import':
      return `${name} ${change === 'changed' ? 'is imported from elsewhere, or is something else there' : used}`;
    case 'load':
      return name.endsWith(WHOLE)
        ? `${name.slice(0, -WHOLE.length)}: its imports, exports or order of statements ${are}`
        : `${name}: what it does while it is loaded ${is}`;
    case 'order':
      return 'the order in which modules are evaluated changed';
    case 'data':
      return `the file ${name} ${used}`;
    case 'package':
      return `package ${name} ${versions}`;
    case 'missing':
      return `${name}, which is not found, ${change === 'changed' ? 'may have changed: the lock file did' : is}`;
    case 'open':
      return `code of a computed name, loaded by ${name}, ${is}`;
    case 'scope':
      return `${name}: the type of its modules ${change === 'changed' ? `changed: ${versions}` : is}`;
    case 'exports':
      return `${name}: what it gives under which path ${change === 'changed' ? 'changed' : is}`;
    case 'tsconfig':
      return `${name} ${is}`;
    case 'node':
      return `Node ${versions}`;
    case 'engine':
      return `nx-flow ${versions}`;
  }
}
