/** Schemas for parameters, where zod's own coercion gets text from a command line wrong. */
import type { z } from 'zod';
import { readText } from './read-text';

/** Loaded when a flow uses it: most flows have loaded zod already, the others do not need it. */
const zod = (): typeof z => require('zod').z;
/** Loaded when a text is read. */
const exact = () => require('../definition/exact') as typeof import('../definition/exact');
const silent = () => require('../definition/silent') as typeof import('../definition/silent');

const WORDS: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

/**
 * Parameter schemas. Each is a zod schema: `.default(…)`, `.describe(…)` and the rest follow.
 *
 * @example
 * ```ts
 * import { flow, param } from '@nx-flow/core';
 * import { z } from 'zod';
 * const f = flow('train', {
 *   params: {
 *     fast: param.bool().default(false),
 *     layers: param.json(z.array(z.number())).default([64, 32]),
 *   },
 * });
 * const start = f.start(({ params }) => ({ depth: params.layers.length, fast: params.fast }));
 * export default f.end(start);
 * ```
 */
export const param = {
  /** `true`, `yes`, `on`, `1` and their opposites. (`z.coerce.boolean()` takes "false" for true.) */
  bool(): z.ZodType<boolean> {
    const read = (value: unknown) =>
      typeof value === 'string' ? (WORDS[value.toLowerCase()] ?? value) : value;
    return zod().preprocess(read, zod().boolean({ error: 'it takes true or false' }));
  },

  /** JSON: `--params.layers='[64, 32]'`. The schema says what it must hold; without one, anything. */
  json<S extends z.ZodType = z.ZodType<unknown>>(schema?: S): z.ZodType<z.output<S>> {
    const anything = zod()
      .unknown()
      .refine((value) => value !== undefined, 'it is required');
    const read = (value: unknown, context: { addIssue(issue: string): void }) => {
      if (typeof value !== 'string') return value;
      try {
        const parsed = exact().exactJson(value);
        const why = schema && silent().silentReading(schema, parsed);
        if (why === undefined) return parsed;
        context.addIssue(why);
        return zod().NEVER;
      } catch (error) {
        const { name, message } = error as Error;
        context.addIssue(name === 'SyntaxError' ? `it is no JSON: ${message}` : message);
        return zod().NEVER;
      }
    };
    return zod().preprocess(read, schema ?? anything) as unknown as z.ZodType<z.output<S>>;
  },

  /** The text of a file; its path is given, from the workspace. What is recorded is the text. */
  file(): z.ZodType<string> {
    return zod()
      .string()
      .transform((path, context) => {
        try {
          return readText(path);
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          context.addIssue(
            code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
              ? 'the file is no text in UTF-8'
              : `the file cannot be read (${code})`,
          );
          return zod().NEVER;
        }
      });
  },
};
