/** A spin that was refused, because of what the command or a key has asked for. */
import type { Choice } from '../../../src/cli/watch/choice';
import { Refusals } from '../../../src/cli/watch/refusals';
import type { Screen } from '../../../src/cli/watch/screen';
import type { FlowError } from '../../../src/definition/errors';
import type { WatchListener } from '../../../src/session/watch/watch-listener';

const listener = { event() {} } as unknown as WatchListener;
const started = { type: 'spin-started', splits: [] } as never;

function refusals(refused?: 'again' | 'back') {
  const told: unknown[] = [];
  const choice = { refused: () => refused, takesNewest: true } as unknown as Choice;
  const screen = { tookBack: (why: string) => told.push(why) } as unknown as Screen;
  const made = new Refusals(choice, screen);
  made.ofTheCommand = ({ code, exit }: FlowError) => void told.push([code, exit]);
  return { made, told, begin: () => made.listening(listener).event(started) };
}
const hear = ({ made }: ReturnType<typeof refusals>, code: string, once = false) =>
  made.hear({ code, message: '"act" stands in no foreach: leave --index out.' }, once);

test.each(['FLOW_INDEX', 'FLOW_WITHOUT', 'FLOW_INSPECT_PORT', 'FLOW_THROUGH', 'FLOW_RUN_NOT_FOUND'])(
  '%s ends a watch that has never spun, and one that has waits',
  (code) => {
    const first = refusals();
    expect([hear(first, code), first.told]).toEqual(['told', [[code, 2]]]);
    const later = refusals();
    later.begin();
    expect([hear(later, code), later.told]).toEqual([undefined, []]);
  },
);

test.each(['FLOW_SYNTAX', 'FLOW_STEP_NOT_FOUND', 'FLOW_NO_INPUTS', 'FLOW_IMPORT'])(
  '%s may be mended',
  (code) => {
    const first = refusals();
    expect([hear(first, code), first.told]).toEqual([undefined, []]);
  },
);

test('the last step of a chain has to be there from the beginning', () => {
  const told: string[] = [];
  const made = new Refusals({} as Choice, {} as Screen, 'nope');
  made.ofTheCommand = ({ code }: FlowError) => void told.push(code);
  made.hear({ code: 'FLOW_STEP_NOT_FOUND', message: 'There is no step "nope" in act.' }, false);
  expect(told).toEqual(['FLOW_STEP_NOT_FOUND']);
});

test('what a key has chosen is taken back, in words without options', () => {
  const key = refusals('back');
  key.begin();
  expect([hear(key, 'FLOW_INDEX'), key.told]).toEqual(['told', ['"act" stands in no foreach.']]);
  const once = refusals();
  once.begin();
  expect([hear(once, 'FLOW_FREEZE_EXISTS', true), once.told.length]).toEqual(['told', 1]);
  expect(hear(once, 'FLOW_SYNTAX', true)).toBeUndefined();
});

test('a run is waited for until a spin begins', () => {
  const waiting = refusals();
  hear(waiting, 'FLOW_NO_INPUTS');
  expect(waiting.made.noInputs).toBe(true);
  waiting.begin();
  expect(waiting.made.noInputs).toBe(false);
});
