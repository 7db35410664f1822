/** Reads flow files: statically, by name, and by importing them. */
export { suggest } from '../definition/errors';
export { isUsableName } from '../definition/names';
export { storeFolder } from '../environment/store-folder';
export { currentUser } from '../environment/user';
export { findWorkspace } from '../environment/workspace';
export { FLOW_FILE, findFlowFile, indexFlows, keepIndex, looksLikeFile, stem } from './find';
export {
  type FingerprintOptions,
  type Fingerprints,
  fingerprintFlow,
  type Part,
  type PartKind,
  type SourceHost,
  type StepFingerprint,
} from './fingerprint';
export { type BuiltCode, builtCode } from './fingerprint/built';
export { compareFingerprints, type Difference } from './fingerprint/compare';
export { type FlowFiles, readFlowFiles } from './flow-files';
export { importModule, loadFlow } from './load';
export { flowNameProblem, stepNameProblem } from './names';
export {
  parseFlowSource,
  type SourceEdge,
  type SourceFlow,
  type SourceInput,
  type SourceStep,
} from './parse';
export {
  type CoreNames,
  type PlacedEdge,
  type PlacedFlow,
  type PlacedInput,
  type PlacedStep,
  type Positions,
  readPositions,
  type Span,
} from './positions';
export { readLinks, type SourceLinks } from './references';
export { graphProblems, knownSteps, parentsOf, staticGraph } from './static-graph';
