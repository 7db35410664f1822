import { EventEmitter } from 'node:events';
import { Listeners } from '../../src/process/listeners';

/** What a step may do to those that listen, and must leave no trace of. */
const CHANGES: Record<string, (heard: () => void) => void> = {
  'one is added': (heard) => process.on('SIGUSR2', heard),
  'one is added for once, to an event of its own': (heard) => process.once('of-a-step', heard),
  'one is removed': () => process.off('of-the-test', known),
  'one takes the place of another': (heard) => {
    process.off('of-the-test', known);
    process.on('of-the-test', heard);
  },
  'whoever hears of changes is removed first': (heard) => {
    EventEmitter.prototype.removeAllListeners.call(process, 'removeListener');
    EventEmitter.prototype.removeAllListeners.call(process, 'newListener');
    process.on('of-the-test', heard);
  },
};

const known = () => {};
const all = () => new Map(process.eventNames().map((event) => [event, process.rawListeners(event)]));

describe('Listeners', () => {
  let listeners: Listeners;
  let release: () => void;
  let before: unknown;

  beforeEach(() => {
    before = all();
    process.on('of-the-test', known);
    listeners = new Listeners(['of-the-test']);
    release = listeners.watch();
  });

  afterEach(() => {
    release();
    process.off('of-the-test', known);
    expect(all()).toEqual(before);
  });

  it.each(Object.keys(CHANGES))('puts back what was there: %s', (name) => {
    const there = all();
    CHANGES[name]?.(() => {});
    listeners.putBack();
    expect(all()).toEqual(there);
    // And again, for the next task.
    CHANGES[name]?.(() => {});
    listeners.putBack();
    expect(all()).toEqual(there);
  });

  it('looks at all of them where there is doubt: a change by another way cannot be heard', () => {
    const there = all();
    const { _events } = process as unknown as { _events: Record<string, unknown> };
    _events['of-the-test'] = [known, () => {}];
    listeners.doubt();
    listeners.putBack();
    expect(all()).toEqual(there);
  });
});
