/** The keys of the store. Numbers are padded so that the order of keys is the order of numbers. */

const pad = (n: number) => String(n).padStart(10, '0');
const text = (s: string) => encodeURIComponent(s);

export const keys = {
  run: (flow: string, run: number) => `run/${flow}/${pad(run)}`,
  runs: (flow: string) => `run/${flow}/`,
  allRuns: () => 'run/',
  /** Index of runs by namespace: "latest" is its last key. */
  inNamespace: (flow: string, namespace: string, run: number) =>
    `namespace/${flow}/${text(namespace)}/${pad(run)}`,
  namespace: (flow: string, namespace: string) => `namespace/${flow}/${text(namespace)}/`,
  namespaces: (flow: string) => `namespace/${flow}/`,
  /** A change of one tag since a run's start. It has its own key, so that changes never conflict. */
  tag: (flow: string, run: number, tag: string) => `tag/${flow}/${pad(run)}/${text(tag)}`,
  tags: (flow: string, run?: number) => `tag/${flow}/${run === undefined ? '' : `${pad(run)}/`}`,
  task: (flow: string, run: number, step: string, task: number) =>
    `task/${flow}/${pad(run)}/${step}/${pad(task)}`,
  tasks: (flow: string, run: number, step?: string) =>
    `task/${flow}/${pad(run)}/${step === undefined ? '' : `${step}/`}`,
  artifact: (flow: string, run: number, step: string, task: number, name: string) =>
    `artifact/${flow}/${pad(run)}/${step}/${pad(task)}/${text(name)}`,
  artifacts: (flow: string, run: number, step?: string) =>
    `artifact/${flow}/${pad(run)}/${step === undefined ? '' : `${step}/`}`,
  /** Parameters are stored as artifacts of a task that no step can have: not of a step, which may be called `params`, too. */
  params: (flow: string, run: number) => `artifact/${flow}/${pad(run)}/params/${pad(0)}/`,
  isParam: (key: string) => /^artifact\/[^/]+\/\d+\/params\/0+\//.test(key),
  log: (flow: string, run: number, step: string, task: number, attempt: number, seq: number) =>
    `log/${flow}/${pad(run)}/${step}/${pad(task)}/${pad(attempt)}/${pad(seq)}`,
  logs: (flow: string, run: number, step?: string, task?: number) =>
    `log/${flow}/${pad(run)}/${step === undefined ? '' : `${step}/${task === undefined ? '' : `${pad(task)}/`}`}`,
  card: (flow: string, run: number, step: string, task: number, attempt: number, id: string) =>
    `card/${flow}/${pad(run)}/${step}/${pad(task)}/${pad(attempt)}/${id}`,
  cards: (flow: string, run: number, step?: string, task?: number) =>
    `card/${flow}/${pad(run)}/${step === undefined ? '' : `${step}/${task === undefined ? '' : `${pad(task)}/`}`}`,
  part: (flow: string, run: number, step: string, task: number, attempt: number, id: string) =>
    `part/${flow}/${pad(run)}/${step}/${pad(task)}/${pad(attempt)}/${id}`,
  parts: (flow: string, run: number, step?: string) =>
    `part/${flow}/${pad(run)}/${step === undefined ? '' : `${step}/`}`,
  /** The code of a run: a row apart from the run's own, which is read more often. */
  code: (flow: string, run: number) => `code/${flow}/${pad(run)}`,
  /** Held by the process that coordinates a run. The key is there when the run was taken as killed. */
  fence: (flow: string, run: number) => `taken/${flow}/${pad(run)}`,
  /** The mark of an import: until the run's own row is there, the other records under its number are the import's. */
  importing: (flow: string, run: number) => `importing/${flow}/${pad(run)}`,
  allImporting: () => 'importing/',
  /** What is left of a run that was removed: its tombstone. */
  removed: (flow: string, run: number) => `removed/${flow}/${pad(run)}`,
  removedRuns: (flow: string) => `removed/${flow}/`,
  allRemoved: () => 'removed/',
  /** Pinned by whoever reads a run; without its number, by whoever looks for one. Nothing is stored there. */
  pin: (flow: string, run?: number) => `pin/${flow}/${run === undefined ? '' : pad(run)}`,
  /** Pinned by whoever stores large values to which it refers later: since which hour, counted from 1970. */
  pinBytes: (hour: number) => `pin-bytes/${hour}`,
  /** Pinned by whoever uses an installed set of npm packages. */
  pinPackages: (set: string) => `pin-packages/${text(set)}`,
  /** Of a record of which no other one speaks: see `twins.ts`. */
  twin: (key: string) => `twin/${key}`,
  /** What a repair found lost, under the key that it had. Without its last part: of records of which only their number is known. */
  lost: (key: string) => `lost/${key}`,
  /** Index of finished tasks by what a step's key says of them, for `run --reuse`. */
  reuse: (flow: string, namespace: string, step: string, key: string, run: number) =>
    `reuse/${flow}/${text(namespace)}/${step}/${key}/${pad(run)}`,
  /** All of a flow; of a step in a namespace; under one key. */
  reusable: (flow: string, step?: { namespace: string; step: string }, key?: string) =>
    `reuse/${flow}/${step ? `${text(step.namespace)}/${step.step}/${key === undefined ? '' : `${key}/`}` : ''}`,
  counter: (flow: string) => `counter/${flow}`,
  nonces: (flow: string) => `nonce/${flow}/`,
  nonce: (flow: string, nonce: string) => `nonce/${flow}/${text(nonce)}`,
};

/** The range of all keys that begin with a prefix. Keys are printable ASCII, which ends before 7f. */
export function prefixRange(prefix: string): { gte: string; lt: string } {
  return { gte: prefix, lt: `${prefix}\x7f` };
}

/** The last part of a key as a number. */
export function lastNumber(key: string): number {
  return Number(key.slice(key.lastIndexOf('/') + 1));
}

const NAMES: Record<string, string> = {
  counter: 'the newest run number',
  nonce: 'a run number',
  namespace: 'the namespace',
  code: 'the code',
  card: 'a card',
  part: 'the part in a shared card',
  log: 'the output',
  tag: 'a tag',
  taken: 'the end',
  removed: 'the removal',
  importing: 'the import',
  reuse: 'the index of equal tasks',
};

/** What a key is the record of, for people: `movies/12/train/3/loss`, `the output of movies/12/train/3`. */
export function nameOfKey(key: string): string {
  const [kind = '', ...parts] = key
    .replace(/^twin\//, '')
    .split('/')
    .map(decodeURIComponent);
  const numbered = parts.map((part) => (/^\d{10}$/.test(part) ? String(Number(part)) : part));
  if (kind === 'namespace') numbered.splice(1, 1);
  if (kind === 'reuse') numbered.splice(1, 4, numbered[4] ?? '', numbered[2] ?? '');
  if (kind === 'log' || kind === 'card' || kind === 'part') numbered.splice(4);
  if (kind === 'tag') numbered.splice(2);
  if (kind === 'counter' || kind === 'nonce') numbered.splice(1);
  const path = numbered.join('/');
  const name = NAMES[kind];
  return name === undefined ? path : `${name} of ${path}`;
}
