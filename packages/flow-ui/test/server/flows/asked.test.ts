/** Questions that cost a process: equal ones are one, few at once, and none goes on for nobody. */
import { Asked } from '../../../src/server/flows/asked';

/** Work that ends when it is told to. */
function held() {
  let begun = 0;
  let finish: (answer: string) => void = () => {};
  const ends: AbortSignal[] = [];
  const work = (end: AbortSignal) => {
    begun++;
    ends.push(end);
    return new Promise<string>((resolve, reject) => {
      finish = resolve;
      end.addEventListener('abort', () => reject(new Error('ended')));
    });
  };
  return { work, ends, begun: () => begun, finish: (answer: string) => finish(answer) };
}

test('equal questions are asked once, and all get the answer', async () => {
  const asked = new Asked();
  const { work, begun, finish } = held();
  const answers = [1, 2, 3].map(() => asked.join('same', work, new AbortController().signal));
  finish('answer');
  expect(await Promise.all(answers)).toEqual(['answer', 'answer', 'answer']);
  expect(begun()).toBe(1);
});

test('it is ended when all who asked have gone, and not before', async () => {
  const asked = new Asked();
  const { work, ends } = held();
  const [first, second] = [new AbortController(), new AbortController()];
  const answers = [first, second].map(({ signal }) => asked.join('same', work, signal));
  first.abort();
  await expect(answers[0]).rejects.toMatchObject({ code: 'FLOW_UI_REQUEST' });
  expect(ends[0]?.aborted).toBe(false);
  second.abort();
  await expect(answers[1]).rejects.toMatchObject({ code: 'FLOW_UI_REQUEST' });
  expect(ends[0]?.aborted).toBe(true);
  await asked.close();
});

test('few are answered at once; who has gone by then is not asked for', async () => {
  const asked = new Asked();
  const running = Array.from({ length: 4 }, () => held());
  const open = running.map(({ work }, i) => asked.join(`${i}`, work, new AbortController().signal));
  const [gone, waits] = [held(), held()];
  const leaving = new AbortController();
  const left = asked.join('gone', gone.work, leaving.signal);
  const last = asked.join('waits', waits.work, new AbortController().signal);
  leaving.abort();
  await expect(left).rejects.toMatchObject({ code: 'FLOW_UI_REQUEST' });
  expect(waits.begun()).toBe(0);
  for (const one of running) one.finish('');
  await Promise.all(open);
  await new Promise(setImmediate);
  expect([gone.begun(), waits.begun()]).toEqual([0, 1]);
  waits.finish('at last');
  expect(await last).toBe('at last');
});
