import { Heap } from '../../src/process/heap';

const MB = 1024 * 1024;

/** A heap of which the test says what it holds. */
function heap() {
  const state = { needed: 0, garbage: 0, collections: 0 };
  const kept = new Heap(
    () => (state.needed + state.garbage) * MB,
    () => {
      state.garbage = 0;
      state.collections++;
    },
  );
  return { state, tidy: () => kept.tidy() };
}

test('a small heap is left alone', () => {
  const { state, tidy } = heap();
  for (state.garbage = 0; state.garbage < 47; state.garbage++) tidy();
  expect(state.collections).toBe(0);
});

test('garbage is collected when there is more of it than a little, and not again before there is', () => {
  const { state, tidy } = heap();
  state.needed = 40;
  state.garbage = 30;
  tidy();
  tidy();
  expect(state.collections).toBe(1);
  state.garbage = 30;
  tidy();
  expect(state.collections).toBe(2);
});

test('a heap that needs what it holds is not searched again and again', () => {
  const { state, tidy } = heap();
  for (state.needed = 50; state.needed < 1000; state.needed++) tidy();
  expect(state.collections).toBeLessThan(20);
});
