/**
 * The secrets of a flow's steps: whether they are there, texts without them, and values that must not be stored.
 * Loaded only for a flow that has some ({@link Graph.secrets}).
 */
import { FlowError } from '../../definition/errors';
import type { Graph } from '../../definition/graph';
import { hashFile, isFile, type Look } from '../../store/cas/file';
import type { ErrorRecord, RunRow } from '../../store/rows/rows';
import { type Artifacts, isBuiltIn } from '../../store/values/artifacts';
import type { TaskFailure, TaskOutcome } from '../task/task';
import type { View } from '../task/view';
import type { Form } from './encodings';
import { formsOf } from './forms';
import { MaskedStream, masked, maskedTexts } from './masker';
import { Matcher } from './matcher';
import { requireSecrets, valuesOf } from './require';
import { ByteScanner } from './scan-bytes';
import { type Finder, findInValue } from './scan-value';
import { unbroken } from './unbroken';

/** Texts of a run's row that come from outside of its flow. */
type RecordTexts = Pick<RunRow, 'user' | 'namespace' | 'file'> & { tags?: readonly string[] };

/** What is known of the secrets that are there. */
export class Secrets {
  readonly #forms: ReadonlyMap<string, readonly Form[]>;
  readonly #all: Matcher;
  readonly #each: readonly (readonly [name: string, Matcher])[];
  readonly #finder: Finder;
  #bytes: ByteScanner | undefined;

  /** @param values the values of each secret: another step may have its own */
  constructor(values: ReadonlyMap<string, ReadonlySet<string>>) {
    this.#forms = new Map([...values].map(([name, texts]) => [name, [...texts].flatMap(formsOf)]));
    this.#each = [...this.#forms].map(([name, forms]) => [name, new Matcher(forms)] as const);
    const all = [...this.#forms.values()].flat();
    this.#all = new Matcher(all);
    this.#finder = {
      inText: (text) =>
        this.#inText(text) ?? (text.includes('\n') ? this.#inText(unbroken(text)) : undefined),
      inBytes: (bytes) => this.#scanner().whole(bytes),
      digits: all.some((form) => /^[\d.e+-]+$/i.test(form.map(([text]) => text).join(''))),
    };
  }

  /** A text for people. */
  readonly mask = (text: string): string => masked(text, this.#all);

  /** For a text that comes in pieces. */
  stream(): MaskedStream {
    return new MaskedStream(this.#all);
  }

  /** An event, or other plain data for people; the very same where there is nothing to mask. */
  readonly maskIn = <T>(data: T): T => maskedTexts(data, this.mask);

  readonly error = (error: ErrorRecord): ErrorRecord => maskedTexts(error, this.mask, true);

  /** What was thrown is left out where it would show a secret. */
  failure({ thrown, ...failure }: TaskFailure): TaskFailure {
    const error = this.error(failure.error);
    return { ...failure, error, ...(error === failure.error && thrown !== undefined ? { thrown } : {}) };
  }

  outcome(outcome: TaskOutcome): TaskOutcome {
    return outcome.status === 'done' ? outcome : { ...outcome, failure: this.failure(outcome.failure) };
  }

  /** @throws FlowError FLOW_SECRET_ARTIFACT @param what begins the sentence: `The parameter "key"` */
  refuse(what: string, value: unknown, exit: 1 | 2 = 1): void {
    const found = findInValue(value, this.#finder);
    if (!found) return;
    throw this.#refused(
      `${what} cannot be stored: it holds the secret ${found.secret} at ${found.path}.`,
      found.secret,
      exit,
    );
  }

  /** A text that is no artifact: a tag, a user. @throws FlowError FLOW_SECRET_ARTIFACT */
  refuseText(what: string, text: string | undefined): void {
    const found = findInValue(text, this.#finder);
    if (!found) return;
    const sentence = `${what} cannot be stored: it holds the secret ${found.secret}. Choose another.`;
    throw new FlowError('FLOW_SECRET_ARTIFACT', this.mask(sentence), { exit: 2 });
  }

  /** What a run is recorded with. @throws FlowError FLOW_SECRET_ARTIFACT */
  refuseRecord({ user, namespace, file, tags = [] }: RecordTexts): void {
    const texts = { 'The user': user, 'The namespace': namespace, 'The path of the flow': file };
    for (const [what, text] of Object.entries(texts)) this.refuseText(what, text);
    for (const tag of tags) this.refuseText('A tag', tag);
  }

  /** @param params as they were given, or as they were parsed @throws FlowError FLOW_SECRET_ARTIFACT */
  refuseParams(params: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(params))
      if (!isFile(value)) this.refuse(`The parameter ${name}`, value, 2);
  }

  /** Artifacts that were given for a spin. @throws FlowError FLOW_SECRET_ARTIFACT */
  refuseGiven(views: ReadonlyMap<string, View>, { decode }: Pick<Artifacts, 'decode'>): void {
    for (const { entries } of views.values())
      for (const [name, record] of entries) {
        if (record.at !== 'given') continue;
        const what = `The given artifact ${name}`;
        const value = isBuiltIn(record) ? decode(record) : undefined;
        if (isFile(value)) hashFile(value.path, this.look(what, `the file ${value.name} holds`, 2));
        else if (isBuiltIn(record)) this.refuse(what, value, 2);
        else if (record.bytes) this.look(what, 'its bytes hold', 2)(record.bytes);
      }
  }

  /** For the bytes of one file, or what a codec gave, piece by piece. @throws FlowError FLOW_SECRET_ARTIFACT */
  look(what: string, whose: string, exit: 1 | 2 = 1): Look {
    const scanner = new ByteScanner(this.#forms);
    return (bytes) => {
      const found = scanner.next(bytes);
      if (!found) return;
      const { secret, at } = found;
      throw this.#refused(
        `${what} cannot be stored: ${whose} the secret ${secret} at byte ${at}.`,
        secret,
        exit,
      );
    };
  }

  /** Names and paths in the sentence may be secrets themselves. */
  #refused(sentence: string, secret: string, exit: 1 | 2): FlowError {
    const help = `Leave it out: a step that declares the secret reads it from process.env.${secret}.`;
    return new FlowError('FLOW_SECRET_ARTIFACT', `${this.mask(sentence)} ${help}`, { exit });
  }

  #inText(text: string): string | undefined {
    return this.#all.test(text) ? this.#each.find(([, matcher]) => matcher.test(text))?.[0] : undefined;
  }

  #scanner(): ByteScanner {
    this.#bytes ??= new ByteScanner(this.#forms);
    return this.#bytes;
  }
}

const known = new WeakMap<Graph, Secrets>();

/**
 * For a run or a spin that begins in this process.
 * @param steps those that may be executed; all where it is absent
 * @throws FlowError FLOW_SECRET when one of theirs is not there, or too short
 */
export function secretsFor(graph: Graph, steps?: { has(step: string): boolean }): Secrets {
  requireSecrets(graph, steps);
  const secrets = new Secrets(valuesOf(graph));
  known.set(graph, secrets);
  return secrets;
}

/** For a task that is executed in this process, which may not be that of the run. */
export function secretsOf(graph: Graph): Secrets {
  return known.get(graph) ?? secretsFor(graph, new Set());
}
