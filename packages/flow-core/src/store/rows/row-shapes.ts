/** Whether data is a row of a store: what comes from a file that others may have written is not, until it was looked at. */
import type { ArtifactMeta, CodeRow, ErrorRecord, LogRow, RunRow, TaskRow } from './rows';

type Check = (value: unknown) => boolean;

const text: Check = (v) => typeof v === 'string';
/** Half of a character cannot be a part of a key. */
const artifactName: Check = (v) => typeof v === 'string' && !/\p{Surrogate}/u.test(v);
const number: Check = (v) => typeof v === 'number' && Number.isFinite(v);
const count: Check = (v) => Number.isSafeInteger(v) && (v as number) >= 0;
const flag: Check = (v) => typeof v === 'boolean';
const name: Check = (v) => typeof v === 'string' && /^[A-Za-z_][\w-]{0,99}$/.test(v);
const hash: Check = (v) => typeof v === 'string' && /^[0-9a-f]{64}$/.test(v);
/** `step/task`, or `run/step/task`. */
const label: Check = (v) =>
  typeof v === 'string' && /^([1-9]\d{0,9}\/)?[A-Za-z_][\w-]{0,99}\/\d{1,10}$/.test(v);

const absent =
  (check: Check): Check =>
  (v) =>
    v === undefined || check(v);
const oneOf =
  (...values: readonly unknown[]): Check =>
  (v) =>
    values.includes(v);
const either =
  (...checks: readonly Check[]): Check =>
  (v) =>
    checks.some((check) => check(v));
const list =
  (check: Check): Check =>
  (v) =>
    Array.isArray(v) && v.every(check);
const isObject = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);
const values =
  (check: Check): Check =>
  (v) =>
    isObject(v) && Object.values(v).every(check);
/** The same, by names of artifacts. */
const named =
  (check: Check): Check =>
  (v) =>
    values(check)(v) && Object.keys(v as object).every(artifactName);
/** Fields that are not named may be anything. */
const fields =
  (checks: Record<string, Check>): Check =>
  (v) =>
    isObject(v) &&
    Object.entries(checks).every(([key, check]) => check(Object.hasOwn(v, key) ? v[key] : undefined));
/** An array of so many items. */
const items =
  (...checks: readonly Check[]): Check =>
  (v) =>
    Array.isArray(v) && v.length <= checks.length && checks.every((check, i) => check(v[i]));

/** Causes of causes that are taken. */
const DEEPEST = 100;

export function isErrorRecord(value: unknown, depth = 0): value is ErrorRecord {
  const inner: Check = (v) => depth < DEEPEST && isErrorRecord(v, depth + 1);
  return fields({
    ...{ name: text, message: text, stack: absent(text), code: absent(text), where: absent(text) },
    ...{ cause: absent(inner), errors: absent(list(inner)), fields: absent(isObject) },
  })(value);
}

/** Of one foreach: as many as a run takes. */
const splits: Check = (v) => count(v) && (v as number) <= 10_000_000;
const frame: Check = (v) =>
  fields({ step: name, index: count, count: splits, over: artifactName, shownBy: label })(v) &&
  (v as { index: number; count: number }).index < (v as { count: number }).count;

const inputs = absent(list(count));
const reads = fields({
  ...{ params: absent(list(text)), items: absent(list(text)), current: absent(list(text)) },
  names: absent(list(items(text, (v) => v === null || text(v), inputs))),
  all: absent(items(text, inputs)),
});

const isRow = fields({
  ...{ step: name, task: (v) => count(v) && (v as number) > 0, attempt: count, startedAt: number },
  kind: oneOf('start', 'end', 'step', 'join', 'gather', 'foreach', 'switch', 'loop'),
  status: oneOf('running', 'done', 'failed'),
  ...{
    parents: list(label),
    base: absent(label),
    branches: absent(list(text)),
    stack: list(frame),
    stored: list(artifactName),
  },
  ...{ iteration: absent(count), continues: absent(flag), durationMs: absent(number) },
  ...{
    origin: absent(label),
    unlike: oneOf(undefined),
    reads: absent(reads),
    counts: absent(values(splits)),
    items: absent(values(text)),
  },
  ...{
    case: absent(text),
    dropped: absent(list(text)),
    inherited: named(label),
    sources: absent(values(text)),
  },
  error: absent((v) => isErrorRecord(v)),
  attempts: absent(list(fields({ startedAt: number, durationMs: number, error: (v) => isErrorRecord(v) }))),
});

/** Of a run; labels of a persisted spin are others. */
export function isTaskRow(value: unknown): value is TaskRow {
  return isRow(value);
}

export const isArtifactName = artifactName;

const isMeta = fields({
  ...{ codec: text, version: count, type: text, size: count, digest: text, hash: absent(hash) },
  // It is where a file of this machine lies: nothing that is recorded has it.
  path: oneOf(undefined),
});

export function isArtifactMeta(value: unknown): value is ArtifactMeta {
  return isMeta(value);
}

/** What keys hold: ten digits. */
const LARGEST = 9_999_999_999;
const place: Check = (v) => count(v) && (v as number) <= LARGEST;

/** A name that a key can hold, and a terminal shows as what it is. */
const printable: Check = (v) =>
  typeof v === 'string' &&
  v !== '' &&
  v.length <= 1000 &&
  !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(v);

/** Where a task stands in its run. */
export const isTaskPlace = fields({ step: name, task: place });

/** Where an artifact stands in its run: a parameter is one of a task 0. */
export const isArtifactPlace = fields({
  ...{ step: name, task: place },
  name: (v) => printable(v) && v !== '__proto__',
});

const isLog = fields({
  ...{ step: name, task: place, attempt: place, seq: place },
  ...{ stream: oneOf('stdout', 'stderr'), at: number, text },
});

/** With its place. */
export function isLogRow(value: unknown): value is LogRow {
  return isLog(value);
}

const isCard = fields({
  ...{ step: name, task: place, attempt: place, title: absent(text), html: text },
  id: (v) => typeof v === 'string' && /^[\w-]{1,50}$/.test(v),
});

/** With its place. */
export function isCardRow(value: unknown): boolean {
  return isCard(value);
}

const isPart = fields({
  ...{ step: name, task: place, attempt: place },
  id: (v) => typeof v === 'string' && /^[\w-]{1,50}$/.test(v),
  part: fields({
    ...{ title: absent(text), name: absent(text), index: list(place), iteration: absent(place) },
    ...{ of: absent(place), failed: absent(oneOf(true)), totals: absent(either(oneOf(true), list(text))) },
    blocks: list(isObject),
    rows: absent(fields({ columns: list(text), rows: list(list(() => true)), of: place })),
  }),
});

/** With its place. */
export function isPartRow(value: unknown): boolean {
  return isPart(value);
}

const isCode = fields({
  format: count,
  parts: list((v) => Array.isArray(v) && v.length >= 3 && v.length <= 4 && v.every(text)),
  steps: values(list(count)),
  digests: values(text),
  ...{ other: list(count), otherDigest: text, error: absent(text) },
});

export function isCodeRow(value: unknown): value is CodeRow {
  if (!isCode(value)) return false;
  const { parts, steps, other } = value as CodeRow;
  return [...Object.values(steps), other].flat().every((part) => part < parts.length);
}

const step = fields({
  name,
  kind: oneOf('start', 'end', 'step', 'join', 'gather', 'foreach', 'switch', 'loop'),
  after: absent(list(name)),
});

const isRun = fields({
  ...{ flow: name, run: (v: unknown) => place(v) && v !== 0, status: oneOf('done', 'failed', 'stopped') },
  ...{ user: printable, namespace: printable, tags: list(printable), systemTags: list(printable) },
  ...{ startedAt: number, durationMs: absent(number), paramInputs: isObject, with: absent(list(text)) },
  ...{ code: absent(text), file: absent(text), secrets: absent(list(printable)) },
  variables: absent(values((v) => v === null || hash(v))),
  git: absent(fields({ commit: text, branch: absent(text), dirty: absent(flag) })),
  tasks: absent(fields({ done: count, failed: count, taken: absent(count), reused: absent(count) })),
  origin: absent(place),
  spunFrom: absent(fields({ step: name, origin: absent(text) })),
  error: absent((v) => isErrorRecord(v)),
  ...{ pid: count, host: text, node: text, version: text, steps: list(step) },
  // A store says that of its own records.
  ...{ imported: oneOf(undefined), contents: oneOf(undefined), repaired: oneOf(undefined) },
  ...{ summaries: oneOf(undefined), reuse: absent(oneOf(true)) },
});

/** Of a run that has ended, as a file carries it. */
export function isEndedRun(value: unknown): value is RunRow {
  return isRun(value);
}
