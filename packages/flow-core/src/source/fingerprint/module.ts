/** A module as fingerprints see it: the units at its top level, its imports and its exports. */
import type { SourceFlow } from '../parse';
import type { HandleUse, StepCall } from '../step-call';
import type { NormalForm } from './normal-form';

/** The engine: it counts by its version. */
export const ENGINE = '@nx-flow/core';

/** The declaration of a step, at a place that is certainly evaluated once. */
export interface Site {
  call: StepCall;
  name: string;
  at: number;
  /** Its function. A start or an end may have none. */
  body: NormalForm | undefined;
  /** The rest of the call: name, options, and edges as they are written. */
  options: NormalForm;
  edges: { use: HandleUse; as?: string }[];
}

/** A statement at the top of a module, or one declarator of it. */
export interface Unit {
  names: string[];
  kind: 'function' | 'class' | 'value' | 'enum' | 'statement';
  at: number;
  facts: NormalForm;
  /** Whether loading the module has an effect here. `reading`: only if reading a property may have one. */
  effect: boolean | 'reading';
  sites: Site[];
  /** `const genre = f.foreach(…)`: its variable is the handle of this step. */
  handle?: Site;
  flow?: {
    name: string;
    params: { name: string; facts: NormalForm }[];
    /** The parameters and inputs in the source. */
    said: Pick<SourceFlow, 'params' | 'inputs'>;
  };
}

/** `*` is the whole namespace. */
export interface Import {
  source: string;
  name: string;
}

export type Export = { local: string } | { unit: Unit } | Import;

export interface Module {
  text: string;
  units: Unit[];
  declared: Map<string, Unit[]>;
  imports: Map<string, Import>;
  /** Modules that are loaded with it, in order. */
  sources: string[];
  /** The sources from which it imports no name: `import 'x'`. */
  bare: Set<string>;
  exports: Map<string, Export>;
  stars: string[];
  /** Names that are assigned to after their declaration. */
  written: Set<string>;
  tricky: boolean;
}

export function factsOf({ facts, sites }: Unit): NormalForm[] {
  return [facts, ...sites.flatMap(({ body, options }) => (body ? [options, body] : [options]))];
}
