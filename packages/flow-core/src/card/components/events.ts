/** What happened, in order: calls of tools, answers of models. */
import { types } from 'node:util';
import type { EventItem } from '../document';
import { append, listed, taken } from '../given';
import { handle, type Updatable } from '../handle';
import { asNumber, listOf } from '../numbers';
import { cut, lineOf, numberOf, textOf } from '../text';
import { treeOf } from '../tree';
import { Unshowable } from '../unshowable';

/** Events that are shown: the last ones. */
const ITEMS = 300;

/** One thing that happened. */
export interface Event {
  /** Such as `model`, `tool`, `message`. */
  kind: string;
  /** Such as the tool's or the model's name. */
  name?: string;
  /** When it began: a Date, or milliseconds since 1970. */
  at?: Date | number;
  /** How long it took, in milliseconds. */
  duration?: number;
  /** What went in, and what came out. */
  input?: unknown;
  output?: unknown;
  /** What went wrong. */
  error?: unknown;
  /** What else is to be said, such as `{ tokens: 1200, cost: '$0.002' }`. */
  details?: { readonly [name: string]: string | number };
}

export interface EventsOptions {
  title?: string;
}

export interface Events extends EventsOptions, Updatable {
  items: Event[];
  /** Adds one to the end. */
  add(event: Event): void;
}

/** A timeline: what was called, with what, what came back, and how long it took. Of many, the last 300. */
export function events(items: readonly Event[] = [], options: EventsOptions = {}): Events {
  return handle(
    { ...taken(options), ...listed('items', items) } as Omit<Events, 'update' | 'add'>,
    (props) => {
      const all = listOf(props.items, 'items');
      const from = Math.max(0, all.length - ITEMS);
      const shown = Array.from({ length: all.length - from }, (_, i) => itemOf(all.at(from + i), from + i));
      return { type: 'events', title: textOf(props.title), items: shown, of: all.length };
    },
    (props, update) => ({
      add(event: Event) {
        append(props, 'items', event);
        update();
      },
    }),
  );
}

function itemOf(event: unknown, index: number): EventItem {
  if (typeof event !== 'object' || event === null)
    throw new Unshowable(
      `items[${index}] has to be an event, such as { kind: 'tool', name: 'search' }, not ${lineOf(event)}`,
    );
  const { kind, name, at, duration, input, output, error, details } = event as Event;
  return {
    kind: textOf(kind) ?? 'event',
    name: textOf(name) ?? '',
    at: asNumber(at) ?? undefined,
    duration: numberOf(duration),
    input: input === undefined ? undefined : treeOf(input),
    output: output === undefined ? undefined : treeOf(output),
    error:
      error === undefined
        ? undefined
        : cut(types.isNativeError(error) ? error.message : lineOf(error, 5_000)),
    notes: Object.entries(details ?? {})
      .slice(0, 20)
      .map(([label, said]) => `${cut(label, 100)}: ${typeof said === 'number' ? said : lineOf(said)}`),
  };
}
