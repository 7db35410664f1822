/** The flows of a file as its sources show them, also when their steps are in files that it imports. */
import { readFileSync } from 'node:fs';
import { Lines } from './ast';
import { diskHost, Sources } from './fingerprint/host';
import type { Site } from './fingerprint/module';
import { type Modules, modulesOf } from './fingerprint/modules';
import { parseFlowSource, type SourceFlow, type SourceInput, type SourceStep } from './parse';
import { readStepCall } from './step-call';

export interface FlowFiles {
  flows: SourceFlow[];
  /** Other files of code that this came from, absolute. */
  others: string[];
}

/**
 * Most flows are in one file. Then no other file is read.
 * @param file absolute
 * @param root The workspace.
 * @throws FlowError FLOW_SYNTAX, with file, line and column
 */
export function readFlowFiles(file: string, root: string, text = readFileSync(file, 'utf8')): FlowFiles {
  const flows = parseFlowSource(file, text);
  if (flows.length > 0 && flows.every(isWhole)) return { flows, others: [] };
  const modules = modulesOf(file, root, new Sources(diskHost));
  const files = modules.order.filter((at) => typeof at === 'string');
  if (files.length === 1) return { flows, others: [] };
  const own = new Map(flows.map((flow) => [flow.name, flow]));
  const ended = flowsEndedIn(modules);
  for (const name of ended) own.set(name, flowOf(modules, files, name, own.get(name)));
  return {
    flows: [...own.values()],
    others: ended.length > 0 ? files.filter((at) => at !== modules.entry) : [],
  };
}

/** Whether every edge leads to a step of the file. */
function isWhole({ steps, unnamed }: SourceFlow): boolean {
  const known = steps.every(({ inputs, computed }) => inputs !== undefined || computed.includes('after'));
  return known && [...steps, ...unnamed].some(({ kind }) => kind === 'end');
}

/** A flow belongs to the file in which it ends. */
function flowsEndedIn(modules: Modules): string[] {
  const sites = modules.module(modules.entry).units.flatMap((unit) => unit.sites);
  const names = sites
    .filter(({ call }) => call.kind === 'end')
    .map((site) => modules.flowOf(modules.entry, site));
  return [...new Set(names.filter((name) => name !== undefined))];
}

function flowOf(modules: Modules, files: string[], name: string, own?: SourceFlow): SourceFlow {
  const flow: SourceFlow = own ?? { name, line: 1, column: 1, steps: [], unnamed: [], params: [] };
  const steps: SourceStep[] = [];
  for (const file of files) {
    const { text, units } = modules.module(file);
    const lines = new Lines(text);
    for (const unit of units) {
      if (unit.flow?.name === name) Object.assign(flow, unit.flow.said, own ? {} : lines.at(unit.at));
      for (const site of unit.sites) {
        if (modules.flowOf(file, site) === name) steps.push(stepOf(modules, file, site, lines));
      }
    }
  }
  return { ...flow, steps };
}

function stepOf(modules: Modules, file: string, { call, name, at }: Site, lines: Lines): SourceStep {
  const { kind, literals: options, computed } = call;
  const inputs = call.inputs?.map(({ as, from }) => ({
    ...(as === undefined ? {} : { as }),
    from: from.map(({ variable, call: inner, when }) => {
      const found = inner ? readStepCall(inner)?.name : modules.stepOf(file, variable as string)?.site.name;
      return { from: found as string, ...(when === undefined ? {} : { when }) };
    }),
  }));
  const known = inputs?.every(({ from }: SourceInput) => from.every((edge) => edge.from !== undefined));
  return { name, kind, ...lines.at(at), ...(inputs && known ? { inputs } : {}), options, computed };
}
