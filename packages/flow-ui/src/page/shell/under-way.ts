/** The steps that runs are executing, heard since the page is open. */
import { useEffect, useState } from 'preact/hooks';
import { follow, type UnderWay } from '../logic/under-way';
import { hear } from './events';
import { value } from './value';

const all: UnderWay = new Map();
const changes = value(0);

/** Begins to listen: events of tasks that begin before somebody looks count too. */
export function startUnderWay(): void {
  hear((message) => {
    if (message.type === 'missed' || message.type === 'hello') all.clear();
    else if (message.type === 'event' && follow(all, message)) changes.set(changes.get() + 1);
  });
}

/** The steps of a run; undefined: nothing was heard of it. Drawn again at most with each frame. */
export function useSteps(pathspec: string, going: boolean): readonly string[] | undefined {
  const [, draw] = useState({});
  useEffect(() => {
    if (!going) return;
    let frame = 0;
    const stop = changes.watch(() => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        draw({});
      });
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [going]);
  return all.get(pathspec)?.steps;
}
