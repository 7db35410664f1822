/** The flow API and the graph that it makes. Pure: no files, no clock, no process. */
export type { Codec, CodecFile, InstanceCodec, Later, LaterCodec, Preview } from './codec';
export { FlowError, isFlowError, type Problem } from './errors';
export { FLOW, flow, graphOf, oneOf } from './flow';
export type { Edge, Graph, Input, StepKind, StepNode } from './graph';
export { merge } from './merge';
export type * from './types';
