/** What somebody changed in the inputs of a spin, and the request that it makes. */
import type { InputEntry, InputsReply, SpinRequest } from '../../api/routes';
import { changedOf, type Edit, laidOut, wrongOf } from './json/edits';

/** Texts by the kind and name of an input: only of those that somebody wrote in. */
export type Texts = Readonly<Record<string, string>>;

/** An input and a parameter may have the same name. */
export const keyOf = ({ kind, name }: Pick<InputEntry, 'kind' | 'name'>): string => `${kind} ${name}`;

/** Each input that can be edited, with what stands in its editor. */
export function editsOf(inputs: readonly InputEntry[], texts: Texts): (Edit & { input: InputEntry })[] {
  return inputs.flatMap((input) => {
    if (input.json === undefined) return [];
    const before = beforeOf(input, input.json);
    return [{ input, name: input.name, before, text: texts[keyOf(input)] ?? before }];
  });
}

/** Laid out once: this is asked at each key that somebody types. */
const laid = new WeakMap<InputEntry, string>();

function beforeOf(input: InputEntry, json: string): string {
  const known = laid.get(input);
  if (known !== undefined) return known;
  const text = laidOut(json);
  laid.set(input, text);
  return text;
}

/** The request for what is chosen and changed, or what is wrong first. */
export function requestOf(
  { choice, inputs }: InputsReply,
  texts: Texts,
): { request: SpinRequest; changed: number } | { wrong: string } {
  const edits = editsOf(inputs, texts);
  const wrong = wrongOf(edits);
  if (wrong) return { wrong: `${wrong.name}, line ${wrong.mistake.line}: ${wrong.mistake.message}` };
  const set = changedOf(edits.filter(({ input }) => input.kind !== 'param'));
  const params = changedOf(edits.filter(({ input }) => input.kind === 'param'));
  const [sets, given] = [Object.keys(set).length, Object.keys(params).length];
  return {
    request: { ...choice, ...(sets > 0 ? { set } : {}), ...(given > 0 ? { params } : {}) },
    changed: sets + given,
  };
}

/** The texts of a spin before, so that one goes on from there. */
export function textsOf({ set = {}, params = {} }: Pick<SpinRequest, 'set' | 'params'>): Texts {
  return Object.fromEntries([
    ...Object.entries(set).flatMap(([name, json]) => [
      [`artifact ${name}`, laidOut(json)],
      [`item ${name}`, laidOut(json)],
    ]),
    ...Object.entries(params).map(([name, json]) => [`param ${name}`, laidOut(json)]),
  ]);
}

/** The recorded inputs as JSON, by name: the command line reads a text over a text as it is. */
export function recordedOf(inputs: readonly InputEntry[]): Record<string, string> {
  return Object.fromEntries(
    inputs.flatMap(({ name, kind, json }) => (json === undefined || kind === 'param' ? [] : [[name, json]])),
  );
}
