/** The contracts of stores, as tests. They are loaded where they are called: whoever reads or writes a store has no use for them. */

export const casContract: typeof import('./cas/cas-contract').casContract = (...args) =>
  (require('./cas/cas-contract') as typeof import('./cas/cas-contract')).casContract(...args);

export const kvContract: typeof import('./kv/kv-contract').kvContract = (...args) =>
  (require('./kv/kv-contract') as typeof import('./kv/kv-contract')).kvContract(...args);
