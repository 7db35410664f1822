import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMON } from '../../../flow-core/src/cli/args';
import { command as resume } from '../../../flow-core/src/cli/commands/resume';
import { command as run } from '../../../flow-core/src/cli/commands/run';
import { command as spin } from '../../../flow-core/src/cli/commands/spin';

const camel = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

test.each([run, spin, resume])(
  'the schema of an executor has exactly the options of its command',
  ({ spec }) => {
    const file = join(__dirname, '../../schemas', `${spec.name}.json`);
    const schema = JSON.parse(readFileSync(file, 'utf8'));
    // --help is Nx's own.
    const { help: _, ...options } = { ...COMMON, ...spec.options };
    const positional = spec.positionals.length > 1 ? [spec.name === 'resume' ? 'step' : 'pathspec'] : [];
    // The step of resume is an option as well.
    const known = new Set([
      'flow',
      'name',
      ...positional,
      ...spec.families,
      ...Object.keys(options).map(camel),
    ]);
    expect(Object.keys(schema.properties).sort()).toEqual([...known].sort());
    expect(schema.additionalProperties).toBe(false);
  },
);
