/** The contracts of stores, as tests. They are loaded where they are called: whoever reads or writes a store has no use for them. */

export const casContract: typeof import('./cas-contract').casContract = (...args) =>
  (require('./cas-contract') as typeof import('./cas-contract')).casContract(...args);

export const kvContract: typeof import('./kv-contract').kvContract = (...args) =>
  (require('./kv-contract') as typeof import('./kv-contract')).kvContract(...args);
