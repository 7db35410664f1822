/** The store: the records of runs, and how they are kept. */

export { BrokerKv } from './broker/client';
export { type Cas, FileCas } from './cas/cas';
export { type CasSupports, casContract, type OpenedCas } from './cas/cas-contract';
export { MemoryCas } from './cas/memory-cas';
export { type Kv, type Op, scan } from './kv/kv';
export { type ContractRunner, kvContract, type OpenedKv } from './kv/kv-contract';
export { MemoryKv } from './kv/memory';
export { memoryStore, openStore } from './open';
export { formatPathspec, type Pathspec, parsePathspec } from './pathspec';
export { type ArtifactAddress, record } from './rows/records';
export type * from './rows/rows';
export { Store } from './store';
export { decodeArtifact, encodeArtifact, INLINE_LIMIT } from './values/artifacts';
export { walk } from './values/digest';
export { typeOf } from './values/type-of';
