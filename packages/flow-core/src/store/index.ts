/** The store: the records of runs, and how they are kept. */
export { decodeArtifact, encodeArtifact, INLINE_LIMIT } from './artifacts';
export { BrokerKv } from './broker/client';
export { type Cas, FileCas } from './cas';
export type { CasSupports, OpenedCas } from './cas-contract';
export { casContract, kvContract } from './contracts';
export { walk } from './digest';
export { type Kv, type Op, scan } from './kv';
export type { ContractRunner, OpenedKv } from './kv-contract';
export { MemoryKv } from './memory';
export { MemoryCas } from './memory-cas';
export { memoryStore, openStore } from './open';
export { formatPathspec, type Pathspec, parsePathspec } from './pathspec';
export { type ArtifactAddress, record } from './records';
export type * from './rows';
export { Store } from './store';
export { typeOf } from './type-of';
