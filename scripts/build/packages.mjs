/** What is built: for each package its parts, and the entry files that show a module of them. */

/** Entry files: a name in dist, and the module whose exports it shows. */
export const PACKAGES = {
  'packages/flow-core': {
    // Vitest's `expect` can only be imported: this door alone is an ES module.
    modules: ['testing/vitest'],
    // Opened before every command of a workspace: the whole bundle would take as long as all that this door does.
    alone: ['keys'],
    external: ['level', 'oxc-parser', 'tsx', 'tsx/*', 'zod'],
    // Node reads a file whole before it runs a line of it: a worker needs a quarter of the engine, and a spin half of it.
    // A module is in the part that names the longest beginning of its path.
    parts: {
      testing: [
        'testing/',
        'store/kv-contract',
        'store/cas-contract',
        'engine/pool/pool-contract',
        'engine/pool/contract-',
      ],
      fingerprint: ['source/fingerprint/'],
      // What reads a flow's source without executing it, or names a place in it.
      static: [
        ...['ast', 'computed-steps', 'declared-inputs', 'flow-files', 'import-error', 'index'],
        ...[
          'missing-module',
          'newest-change',
          'outside-guard',
          'pars',
          'positions',
          'references',
          'returned-names',
        ],
        ...['static-graph', 'step-call', 'top-level-await'],
      ].map((name) => `source/${name}`),
      // What few flows need: conditions of the workspace, packages of a step, options that are given for a run, joins of
      // much; and runs by their tags.
      seldom: [
        ...['source/conditioned', 'source/condition-hooks', 'source/question-', 'source/packages/'],
        'definition/with',
        'engine/task/large-values',
        'store/tagged-runs',
      ],
      client: ['client/'],
      transfer: ['engine/transfer/', 'cli/render/transfer'],
      explain: ['engine/explain/', 'cli/render/diff', 'cli/render/why', 'cli/render/show-task'],
      reading: [
        ...[
          'check',
          'diff',
          'dump',
          'export',
          'import',
          'logs',
          'runs',
          'show',
          'snapshot',
          'tag',
          'why',
        ].map((name) => `cli/commands/${name}`),
        ...['cli/help', 'cli/type-check', 'cli/lookup', 'cli/reading', 'cli/render/status'],
        ...['diff', 'task', 'value', 'why'].map((name) => `cli/json/${name}`),
      ],
      cli: ['cli/', 'session/', 'engine/explain/error-text'],
      pool: ['engine/pool/', 'process/channel', 'process/start-process', 'process/heap'],
      run: [
        ...['engine/run/', 'engine/resume/', 'engine/handover/', 'engine/outputs/task-writer'],
        ...['build-', 'code', 'git', 'journal', 'run-views', 'task-logs'].map(
          (name) => `engine/record/${name}`,
        ),
        ...['session/run', 'session/step', 'cli/run-', 'cli/render/live-region'],
        ...['resume', 'run', 'step'].map((name) => `cli/commands/${name}`),
        ...['render/run', 'render/step', 'json/step'].map((name) => `cli/${name}`),
      ],
      spin: [
        ...['engine/inputs/', 'engine/spin/', 'engine/outputs/', 'engine/record/'],
        ...['bodies', 'guard', 'process-owner', 'signals', 'timeout'].map((name) => `engine/contain/${name}`),
      ],
      keys: ['cli/keys/', 'engine/spin/read-key'],
      'spin-all': [
        ...['all', 'persisted', 'split-'].map((name) => `engine/spin/${name}`),
        ...['no-inputs', 'only-given', 'origin-of-splits', 'override-list', 'splits'].map(
          (name) => `engine/inputs/${name}`,
        ),
        ...['session/persisted-spins', 'session/spin-all', 'cli/render/spin-all'],
      ],
      broker: [
        ...['hold-table', 'hub', 'main', 'server'].map((name) => `store/broker/${name}`),
        ...['checksum', 'database', 'dropped', 'index', 'level', 'migrate', 'numbers'].map(
          (name) => `store/${name}`,
        ),
      ],
      // The store as its clients see it. A worker has none.
      store: [
        ...[
          'store/broker/',
          'store/contents',
          'store/event-sink',
          'store/gone',
          'store/holds',
          'store/kv',
          'store/logs',
          'store/memory',
          'store/new-store',
        ],
        ...[
          'store/generation',
          'store/open',
          'store/row',
          'store/records',
          'store/require-writable',
          'environment/crc32',
          'store/stamp',
          'store/store',
          'store/tags',
          'store/writable',
        ],
        ...['former-store', 'listed', 'store-folder', 'workspace'].map((name) => `environment/${name}`),
        ...['definition/params', 'definition/silent', 'definition/wrong-value'],
      ],
      // A worker performs tasks, and so does a spin, which needs nothing else of the pool.
      base: ['', 'engine/pool/perform', 'source/packages/names'],
    },
    entries: {
      index: 'index',
      cli: 'cli/index',
      keys: 'cli/keys/index',
      'spin-key': 'cli/keys/spin-key',
      'command-params-key': 'cli/keys/command-params-key',
      source: 'source/index',
      store: 'store/index',
      'testing/index': 'testing/index',
      'testing/jest': 'testing/jest',
      'testing/child': 'testing/child',
      'testing/fingerprint-thread': 'testing/fingerprint-thread',
      worker: 'engine/pool/worker-main',
      'packages-hooks': 'source/packages/hooks',
      'condition-hooks': 'source/condition-hooks',
      'question-inner': 'source/question-inner',
      'question-outer': 'source/question-outer',
      broker: 'store/broker/main',
      'end-children': 'process/end-children',
    },
  },
  'packages/flow-plugin': {
    external: ['@nx-flow/core', '@nx-flow/core/*', '@nx/devkit', 'nx'],
    parts: { plugin: [''] },
    entries: {
      index: 'index',
      'executors/run': 'executors/run',
      'executors/spin': 'executors/spin',
      'executors/resume': 'executors/resume',
      'executors/step': 'executors/step',
      'executors/snapshot': 'executors/snapshot',
      'generators/init': 'generators/init',
      'generators/flow': 'generators/flow',
      'generators/step': 'generators/step',
    },
  },
};
