/** What the page asks of a flow's file, in a process of its own: nothing of a flow is imported into the server. */
import type { RenderedBlocks } from '../card';

/** Where the flow is. It travels on the command line of the process, as JSON. */
export interface FlowPlace {
  workspace: string;
  cwd: string;
  /** The folder of the store. */
  store: string;
  flow: string;
  /** The flow's file. */
  file: string;
  /** Whether its `.env` files are loaded. */
  env: boolean;
}

/** Which step, on which inputs. */
export interface InputsChoice {
  step: string;
  run?: number;
  task?: number;
  index?: readonly number[];
  /** Of a join: the first of its inputs that is told. Default 0. */
  from?: number;
  /** In which a run is looked up. Undefined means all. */
  namespace: string | undefined;
}

export type FlowQuestion =
  | { ask: 'flow' }
  | { ask: 'inputs'; choice: InputsChoice }
  /** What one of the flow's own codecs stored. */
  | { ask: 'value'; at: ValuePlace; path: readonly (string | number)[] };

/** An artifact in the store. */
export interface ValuePlace {
  run: number;
  step: string;
  task: number;
  name: string;
}

export interface FlowAnswers {
  flow: FlowForm;
  inputs: FoundInputs;
  value: RenderedCard;
}

/** A card as a file, with the policy that it needs. */
export interface RenderedCard extends Pick<RenderedBlocks, 'policy'> {
  html: string;
}

/** What a form for the flow needs. */
export interface FlowForm {
  nodes: readonly { name: string; kind: string; after: readonly string[]; line?: number }[];
  /** JSON Schema of each parameter, in the order of declaration. */
  params: readonly {
    name: string;
    schema: Readonly<Record<string, unknown>>;
    default?: unknown;
    required: boolean;
  }[];
}

export interface FoundInputs {
  run?: number;
  task?: number;
  index: readonly number[];
  /** The task or run that gives them. Empty on parameters alone. */
  origin: string;
  inputs: readonly FoundInput[];
  /** Of a join: from which to before which of its inputs are told, and how many it has. */
  joined?: { from: number; to: number; of: number };
  splits: readonly { index: readonly number[]; item: string }[];
  splitsOf: number;
}

export interface FoundInput {
  kind: 'artifact' | 'param' | 'item';
  name: string;
  type: string;
  size: number;
  digest: string;
  preview?: string;
  /** Its value as JSON. Absent where JSON cannot say it, and where it is large. */
  json?: string;
  /** Why it cannot be edited, as a sentence. */
  fixed?: string;
  /** Where its value lies. Absent where no store has it. */
  at?: ValuePlace;
  /** Into that value. */
  path?: readonly (string | number)[];
}

export type FromFlowChild =
  | { type: 'answer'; answer: unknown }
  | { type: 'refused'; code: string; message: string };
