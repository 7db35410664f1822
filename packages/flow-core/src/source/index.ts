/** Reads flow files: statically, by name, and by importing them. */
export { FLOW_FILE, findFlowFile, indexFlows, stem } from './find';
export { importModule, loadFlow } from './load';
export { parseFlowSource, type SourceFlow, type SourceStep } from './parse';
export { findWorkspace, storeFolder } from './workspace';
