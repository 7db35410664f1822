import { bodies, stopLateExits } from '../../../src/engine/contain/bodies';
import { hearFailures } from '../../../src/source/hear-failures';

test('a step that has ended and ends the process while its file is imported again is no failure of that import', async () => {
  stopLateExits();
  const heard: unknown[] = [];
  const hearing = hearFailures((ending) => {
    heard.push(ending);
    return new Error('of the import');
  });
  const ends = (ended: boolean) =>
    bodies.run({ ended }, () => {
      try {
        process.exit(0);
      } catch (error) {
        return (error as Error).message;
      }
    });
  try {
    expect(ends(true)).toMatch(/process\.exit\(0\)/);
    expect(heard).toEqual([]);
    expect(ends(false)).toBe('of the import');
    expect(heard).toEqual([{ how: 'left', call: 'process.exit(0)' }]);
  } finally {
    hearing.allowExit();
    hearing.stop();
  }
});
