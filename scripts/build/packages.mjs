/** What is built: for each package its parts, and the entry files that show a module of them. */

/** Entry files: a name in dist, and the module whose exports it shows. */
export const PACKAGES = {
  'packages/flow-core': {
    // Vitest's `expect` can only be imported: this door alone is an ES module.
    modules: ['testing/vitest'],
    // What is opened before all else: the whole bundle would take as long as all that such a door does.
    alone: ['keys', 'code-cache'],
    // Programs of their own: their `main` is called.
    programs: ['worker', 'broker', 'types-child', 'watch-child', 'ui-child'],
    external: ['level', 'oxc-parser', 'tsx', 'tsx/*', 'zod'],
    // Node reads a file whole before it runs a line of it, so modules that are needed together lie together: what every process
    // needs, what the broker alone needs, and so on. A module is in the part that names the longest beginning of its path.
    // V8 copies a text of less than 128 KB twice before it lets it lie: two small parts that are always read together are one.
    parts: {
      // Every process.
      core: [
        ...['crc32', 'look', 'make-folder', 'own-globals', 'private-folder', 'temporary'].map(
          (name) => `environment/${name}`,
        ),
        ...[
          'kv/holds',
          'kv/kv',
          'level/lost-database',
          'folder/no-room',
          'folder/opened-place',
          'folder/owner',
          'folder/reserve',
          'kv/row-keys',
          'level/stamp',
          'folder/write-file',
        ].map((name) => `store/${name}`),
        ...['pid-file', 'protocol'].map((name) => `store/broker/${name}`),
        'definition/errors',
        'definition/thousands',
      ],
      broker: [
        ...[
          'hold-table',
          'hub',
          'listen',
          'main',
          'open-database',
          'replies',
          'requests',
          'serve-client',
          'server',
          'sweep-sockets',
          'view',
        ].map((name) => `store/broker/${name}`),
        'store/level/',
        'store/kv/checksum',
      ],
      // A broker whose database has tables that nobody has looked at.
      tables: [
        'block',
        'crc32c',
        'cursor',
        'damaged-tables',
        'hold-database',
        'log',
        'manifest',
        'named-table',
        'snappy',
        'table',
        'version',
      ].map((name) => `store/salvage/${name}`),
      // Every process but the broker: values, their digests and files, where the workspace and its flows are.
      base: [
        ...[
          '',
          'engine/pool/job',
          'engine/task/label',
          'process/call-within',
          'process/debugged',
          ...['codec', 'duration', 'handles', 'thrown'].map((name) => `definition/${name}`),
        ],
        ...['failed-request', 'find', 'import-watch'].map((name) => `source/${name}`),
      ],
      // Whatever imports a flow, and executes a body: workers and spins.
      flow: [
        ...['definition/', 'process/', 'source/', 'source/packages/names', 'index'],
        ...[
          'engine/contain/',
          'engine/pool/perform',
          'engine/pool/plain-outcome',
          'engine/task/',
          'store/values/item-digests',
        ],
        // Coordinators have it from here, too.
        'environment/node-capabilities',
      ],
      worker: ['engine/pool/active', 'engine/pool/worker'],
      // Where a foreach shares values among its splits, and a store its files with another one.
      shared: ['definition/shared', 'store/cas/share-bytes', 'store/values/shared-values'],
      // Why a value cannot be stored.
      refusal: [
        'definition/class-source',
        'store/values/held',
        'store/values/ready-codec',
        'store/values/refusal',
      ],
      // Values that are given as text.
      typed: ['definition/exact', 'definition/silent', 'definition/wrong-value'],
      timeout: ['engine/contain/timeout'],
      // Whatever imports a flow that is an ES module.
      import: ['source/native-import'],
      // Every command of a store, and the store as its clients see it. A worker has none.
      cli: [
        ...[
          ...['broker/', 'contracts', 'folder/require-writable', 'folder/writable', 'index'],
          ...['kv/event-sink', 'kv/memory', 'new-store', 'open', 'pathspec', 'store'],
          ...['contents', 'gone', 'json', 'logs', 'param-names', 'pins', 'records', 'removed', 'rows'].map(
            (name) => `rows/${name}`,
          ),
          ...['missing', 'run-rows', 'tags', 'twins', 'whole'].map((name) => `rows/${name}`),
        ].map((name) => `store/${name}`),
        ...['cli/', 'session/', 'engine/explain/error-text', 'engine/inputs/selection'],
        ...['find-run', 'lost', 'read', 'step-summaries', 'task-rows', 'views'].map(
          (name) => `engine/record/${name}`,
        ),
        ...['flow-event', 'not-found', 'place', 'preview', 'shown'].map((name) => `engine/task/${name}`),
        ...['former-store', 'listed', 'output-folders', 'store-folder', 'target', 'user', 'workspace'].map(
          (name) => `environment/${name}`,
        ),
        'definition/params',
        'process/orphan-guard',
      ],
      run: [
        ...['engine/run/', 'engine/resume/', 'engine/record/', 'session/run', 'session/retention'],
        ...['session/code-record', 'definition/with', 'engine/task/rate'],
        ...['exit-of', 'run-', 'commands/resume', 'commands/run', 'render/live-region', 'render/run'].map(
          (name) => `cli/${name}`,
        ),
        'source/declared-inputs',
      ],
      pool: [
        ...['', 'worker-listener', 'worker-process', 'worker-state'].map((name) => `engine/pool/${name}`),
        ...['engine/task/retry', 'process/heap', 'process/start-process'],
      ],
      handover: [
        ...['engine/handover/', 'engine/outputs/pieces', 'engine/outputs/task-writer', 'session/step'],
        'store/rows/row-shapes',
        ...['commands/step', 'render/step', 'json/step'].map((name) => `cli/${name}`),
      ],
      spin: [
        ...['engine/inputs/', 'engine/outputs/', 'engine/spin/', 'engine/record/task-index'],
        ...['bodies', 'guard', 'process-owner', 'signals'].map((name) => `engine/contain/${name}`),
        ...['commands/spin', 'json/spin', 'overrides', 'render/difference', 'render/spin', 'specs/spin'].map(
          (name) => `cli/${name}`,
        ),
        ...['session/late', 'session/spin'],
      ],
      'spin-all': [
        ...['all', 'examples', 'persisted', 'split-'].map((name) => `engine/spin/${name}`),
        ...['held-instances', 'no-inputs', 'only-given', 'origin-of-splits', 'override-list', 'splits'].map(
          (name) => `engine/inputs/${name}`,
        ),
        ...[
          'session/packages',
          'session/persisted-spins',
          'session/spin-all',
          'cli/render/spin-all',
          'engine/explain/missing',
        ],
      ],
      // A test that is made of a spin.
      freeze: ['engine/freeze/', 'session/freeze', 'cli/freeze/'],
      // A prompt on what a step sees, and a debugger in its source.
      repl: [
        'session/repl',
        ...['commands/repl', 'debugger', 'repl', 'specs/repl'].map((name) => `cli/${name}`),
      ],
      // Sweeps, and chains of steps.
      several: [
        ...['engine/inputs/sweep-', 'engine/pool/relayed-pool', 'engine/spin/chain'],
        ...['session/chain-', 'session/spin-through', 'session/sweep'],
        ...['several-spins', 'render/several', 'render/sweep', 'render/through'].map((name) => `cli/${name}`),
      ],
      // What of the code a step depends on: a run records it, and `why` compares it.
      fingerprint: [
        ...['source/ast', 'source/fingerprint/', 'source/nesting', 'source/parse', 'source/step-call'],
        ...['engine/record/code', 'engine/record/git'],
        ...['engine/reuse/index-rows', 'engine/reuse/step-keys', 'session/steady', 'source/declared-files'],
      ],
      // What takes equal tasks over from earlier runs.
      reuse: ['engine/reuse/'],
      // What reads a flow's source without executing it, or names a place in it.
      static: [
        ...['computed-steps', 'flow-files', 'import-error', 'index'],
        ...['missing-module', 'newest-change', 'outside-guard', 'parser', 'positions', 'references'],
        ...['returned-names', 'shared-names', 'static-graph', 'top-level-await'],
      ].map((name) => `source/${name}`),
      // What says what differs inside of an artifact: it has a package in it.
      difference: [
        'engine/difference/',
        'engine/outputs/read-output',
        'engine/spin/differences',
        'session/differences',
      ],
      // Cards: what they show, and how they are recorded; their HTML; the parser of their texts is larger than all else of them.
      card: [
        'card/',
        'definition/step-cards',
        'engine/cards/',
        'engine/record/others',
        'engine/record/read-cards',
        'engine/record/read-parts',
        'engine/run/shared-cards',
        'engine/spin/spun-parts',
        'engine/spin/spun-facts',
        'engine/run/task-facts',
        'session/origin-card',
        'engine/task/live-cards',
      ],
      'card-file': ['card/render/'],
      prose: ['card/render/markdown'],
      // What few flows need: conditions of the workspace, packages of a step; runs by their tags; a full disk; what was lost.
      seldom: [
        ...['source/conditioned', 'source/condition-hooks', 'source/question-', 'source/packages/'],
        ...['engine/pool/packages', 'store/folder/make-room', 'store/folder/replaceable'],
        'definition/without',
        'environment/code-cache',
        'store/rows/tagged-runs',
        'store/imports',
        'store/rows/lost-records',
        ...['engine/record/needed', 'engine/record/taken-lost'],
      ],
      // Where there are `.env` files.
      env: ['session/env-files', 'session/env-target', 'environment/target-names'],
      // For flows that have secrets.
      secrets: [
        'engine/secrets/',
        'engine/pool/masked-host',
        'engine/spin/hidden-splits',
        'session/in-worker',
      ],
      // A watch, and its spare process.
      watch: ['cli/watch/', 'session/watch/'],
      client: ['client/'],
      // What the local page has of the engine.
      ui: ['ui/', 'cli/commands/ui', 'cli/open-page', 'cli/ui-package'],
      // Where steps are executed by the workers of a queue.
      'on-queue': [
        ...['commands/queue', 'commands/worker', 'on-queue', 'queue-package', 'ship', 'worker-script'].map(
          (name) => `cli/${name}`,
        ),
        ...['engine/pool/files-host', 'engine/pool/mixed-pool'],
      ],
      // What the workers of other machines have of the engine.
      queue: ['queue/'],
      transfer: ['engine/transfer/', 'cli/render/transfer'],
      housekeeping: [
        'engine/housekeeping/',
        ...['commands/gc', 'commands/rm', 'commands/store', 'render/gc', 'render/housekeeping'].map(
          (name) => `cli/${name}`,
        ),
      ],
      verify: ['engine/verify/', 'store/salvage/', 'cli/commands/verify'],
      explain: [
        'engine/explain/',
        ...['diff', 'not-reused', 'show-task', 'why'].map((name) => `cli/render/${name}`),
      ],
      reading: [
        ...[
          'card',
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
        ...[
          'cli/help',
          'cli/type-check',
          'cli/class-returns',
          'cli/types-child',
          'cli/lookup',
          'cli/open-file',
          'cli/reading',
          'cli/render/status',
          'cli/render/value',
        ],
        ...['diff', 'task', 'value', 'why'].map((name) => `cli/json/${name}`),
      ],
      keys: ['cli/keys/', 'engine/spin/read-key'],
      testing: [
        'testing/',
        'store/kv/kv-contract',
        'store/cas/cas-contract',
        'engine/pool/pool-contract',
        'engine/pool/contract-',
      ],
    },
    entries: {
      index: 'index',
      cli: 'cli/index',
      card: 'card/index',
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
      'watch-child': 'cli/watch/child',
      'packages-hooks': 'source/packages/hooks',
      'condition-hooks': 'source/condition-hooks',
      'question-inner': 'source/question-inner',
      'question-outer': 'source/question-outer',
      broker: 'store/broker/main',
      'types-child': 'cli/types-child',
      ui: 'ui/index',
      queue: 'queue/index',
      'ui-child': 'ui/child',
      'end-children': 'process/end-children',
      'code-cache': 'environment/code-cache',
    },
  },
  // A door for each library. ES modules have doors of their own where the library has a copy for them.
  'packages/flow-codecs': {
    modules: ['imported', 'arrow', 'big', 'bignumber', 'decimal', 'luxon', 'temporal'],
    external: [],
    parts: { codecs: [''] },
    entries: Object.fromEntries(
      [
        ...['arrow', 'big', 'bignumber', 'dayjs', 'decimal', 'library'],
        ...['luxon', 'ml', 'ndarray', 'temporal', 'tfjs'],
      ].map((name) => [name, name]),
    ),
  },
  // The server of the page in one file: whoever loads it needs all of it.
  'packages/flow-ui': {
    external: ['@nx-flow/core', '@nx-flow/core/*'],
    parts: {},
    alone: ['index'],
    entries: { index: 'index' },
  },
  // Coordinator and worker in one file: whoever loads it needs most of it.
  'packages/flow-queue': {
    external: ['@nx-flow/core', '@nx-flow/core/*', 'bullmq', 'ioredis', 'pg', 's3mini'],
    parts: {},
    alone: ['index', 'fetch-blob'],
    entries: { index: 'index', 'fetch-blob': 'blobs/fetch-blob' },
  },
  'packages/flow-plugin': {
    external: ['@nx-flow/core', '@nx-flow/core/*', '@nx/devkit', 'nx'],
    parts: {
      // Every command of a workspace: the project graph.
      plugin: [''],
      tasks: ['executors', 'keys'],
      seldom: ['generators', 'graph/git-ignored'],
    },
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
