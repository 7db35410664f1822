import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { command as resume } from '../../../flow-core/src/cli/commands/resume';
import { command as run } from '../../../flow-core/src/cli/commands/run';
import { command as snapshot } from '../../../flow-core/src/cli/commands/snapshot';
import { command as spin } from '../../../flow-core/src/cli/commands/spin';
import { command as step } from '../../../flow-core/src/cli/commands/step';
import { COMMON } from '../../../flow-core/src/cli/options';
import { EXECUTOR_OPTIONS, FAMILIES, SPIN_OPTIONS } from '../../src/nx/arguments';

const camel = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

test.each([run, spin, resume, snapshot, step])(
  'the schema of an executor has exactly the options of its command',
  ({ spec }) => {
    const file = join(__dirname, '../../schemas', `${spec.name}.json`);
    const schema = JSON.parse(readFileSync(file, 'utf8'));
    // --help is Nx's own, and it is Nx that reads .env files.
    const { help: _, 'no-env': __, ...all } = { ...COMMON, ...spec.options };
    // What records nothing has no store, and nobody's.
    const { store, namespace, ...rest } = all;
    const options = spec.name === 'step' ? rest : all;
    const positional = spec.positionals.length > 1 ? [spec.name === 'spin' ? 'pathspec' : 'step'] : [];
    // The step of resume is an option as well.
    const known = new Set([
      'flow',
      'name',
      'namesake',
      ...positional,
      ...spec.families,
      ...Object.keys(options).map(camel),
    ]);
    expect(Object.keys(schema.properties).sort()).toEqual([...known].sort());
    // Nx forwards to steps whatever the command gives to a target that needs them.
    expect(schema.additionalProperties).toBe(spec.name === 'step');
  },
);

test.each(['run', 'spin', 'resume', 'snapshot', 'step'])(
  'the help of %s has no options that are inferred, and no names of a flow that may not be there',
  (name) => {
    const schema = JSON.parse(readFileSync(join(__dirname, '../../schemas', `${name}.json`), 'utf8'));
    const hidden = Object.keys(schema.properties).filter((key) => schema.properties[key].visible === false);
    expect(hidden.sort()).toEqual(['flow', 'name', 'namesake', ...(name === 'step' ? ['step'] : [])].sort());
    for (const { command } of schema.examples) expect(command).toMatch(/^nx [a-z]+ <project>/);
  },
);

test('the table of options by which arguments are read is the schema of spin', () => {
  const schema = JSON.parse(readFileSync(join(__dirname, '../../schemas/spin.json'), 'utf8'));
  const table = [...EXECUTOR_OPTIONS, ...FAMILIES, ...SPIN_OPTIONS];
  expect(table.sort()).toEqual(Object.keys(schema.properties).sort());
});
