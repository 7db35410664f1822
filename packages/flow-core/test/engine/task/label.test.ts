/** Labels: what rows call a task. */
import {
  addressOf,
  formatLabel,
  fullPathspec,
  isLabel,
  labelOf,
  parseLabel,
  taskOf,
} from '../../../src/engine/task/label';

test.each([
  ['train/3', { step: 'train', task: 3 }],
  ['12/train/3', { run: 12, step: 'train', task: 3 }],
  ['movies/12/train/3', { flow: 'movies', run: 12, step: 'train', task: 3 }],
])('%s is read, and written as it was', (text, label) => {
  expect(parseLabel(text)).toEqual(label);
  expect(formatLabel(parseLabel(text))).toBe(text);
  expect(labelOf(parseLabel(text))).toBe('train/3');
});

test('what is no label is read as a task that is none', () => {
  expect(parseLabel('self')).toEqual({ step: 'self', task: Number.NaN });
  expect(parseLabel('/3')).toEqual({ step: '', task: 3 });
  expect(parseLabel('/a/3')).toEqual({ run: 0, step: 'a', task: 3 });
});

test('a label means a task of the run whose row has it, unless it names another', () => {
  expect(taskOf(7, 'train/3')).toEqual({ run: 7, step: 'train', task: 3 });
  expect(taskOf(7, '12/train/3')).toEqual({ run: 12, step: 'train', task: 3 });
  expect(['train/3', '12/train/3', 'other/1/train/3'].map((one) => fullPathspec('movies', 7, one))).toEqual([
    'movies/7/train/3',
    'movies/12/train/3',
    'other/1/train/3',
  ]);
  expect(addressOf('movies', 7, '12/train/3', 'loss')).toEqual({
    flow: 'movies',
    run: 12,
    step: 'train',
    task: 3,
    name: 'loss',
  });
});

test('what was given by hand lies at no task', () => {
  expect(['train/3', 'given', 'self'].map(isLabel)).toEqual([true, false, false]);
});
