import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { flow, graphOf } from '../../src/definition/flow';
import { parameterHelp, parseParams } from '../../src/definition/params';
import { param } from '../../src/source/param';

const parse = (schema: z.ZodType, given: Record<string, unknown>) => {
  const f = flow('p', { params: { it: schema } });
  const graph = graphOf(f.end(f.start(() => ({}))));
  if (!graph) throw new Error('no graph');
  return { value: () => parseParams(graph, given).parsed.it, help: parameterHelp(graph)[0] };
};

test.each([
  ['true', true],
  ['Yes', true],
  ['1', true],
  ['false', false],
  ['off', false],
  ['0', false],
  [true, true],
])('param.bool() reads %j as %j', (given, wanted) => {
  expect(parse(param.bool(), { it: given }).value()).toBe(wanted);
});

test('param.bool() refuses other words, is required, and takes a default', () => {
  expect(parse(param.bool(), { it: 'maybe' }).value).toThrow(
    '"it" cannot be "maybe": it takes true or false',
  );
  expect(parse(param.bool(), {}).value).toThrow('"it" is required');
  expect(parse(param.bool().default(false), {}).value()).toBe(false);
  expect(parse(param.bool().default(true).describe('quick'), {}).help).toMatchObject({
    required: false,
    default: true,
    description: 'quick',
  });
});

test('param.json() reads JSON, and its schema says what it must hold', () => {
  const layers = param.json(z.array(z.number()));
  expect(parse(layers, { it: '[64, 32]' }).value()).toEqual([64, 32]);
  expect(parse(layers, { it: '["a"]' }).value).toThrow('"it" cannot be "[\\"a\\"]"');
  expect(parse(layers.default([1]), {}).value()).toEqual([1]);
  expect(parse(param.json(), { it: '{"a":null}' }).value()).toEqual({ a: null });
  expect(parse(param.json(), { it: '{a}' }).value).toThrow('it is no JSON');
  const coerced = param.json(z.object({ a: z.coerce.number() }));
  expect(parse(coerced, { it: '{"a":"2.5"}' }).value()).toEqual({ a: 2.5 });
  expect(parse(coerced, { it: '{"a":""}' }).value).toThrow('a: ');
  expect(parse(coerced, { it: '{"a":"9007199254740993"}' }).value).toThrow('a: ');
  expect(parse(param.json(), {}).value).toThrow('"it" is required');
});

test('param.file() gives the text of a file, and says when there is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-param-'));
  try {
    writeFileSync(join(folder, 'prompt.txt'), 'Grüße');
    expect(parse(param.file(), { it: join(folder, 'prompt.txt') }).value()).toBe('Grüße');
    expect(parse(param.file(), { it: join(folder, 'none.txt') }).value).toThrow(
      'the file cannot be read (ENOENT)',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
