/** The folders that steps hand over, as a cache gives them back: of the next step that is executed on them, and of what checks them. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { requireGraph } from '../../../src/definition/flow';
import type { StepNode } from '../../../src/definition/graph';
import { parseParams } from '../../../src/definition/params';
import { Draft, executeStep } from '../../../src/engine/handover/step';
import { isStillValid, logsOf, stepKeyDigest } from '../../../src/engine/handover/valid';
import { damageOf, isMisnamed, renameManifest } from '../../../src/engine/outputs/manifest';
import { InProcessPool } from '../../../src/engine/pool/in-process-pool';
import { stepFolder } from '../../../src/environment/output-folders';
import { FileCas } from '../../../src/store/cas/cas';
import { coded, type Door, must } from '../door';
import { byteEdits, dataEdits, type Edit, editBytes, editData, noEdits } from '../edits';
import { fuzzed } from '../recorded';

const graph = requireGraph(fuzzed);
const FILES = ['tasks.json', 'tasks.json', 'tasks.json', 'digests.json', 'files.json', 'key.txt'];
const STEPS = ['start', 'each', 'all'];

interface Input {
  /** Whose folder is changed, and which step is executed then. */
  step: string;
  file: string;
  data: Edit[];
  bytes: Edit[];
}

export async function open(workspace: string): Promise<Door<Input>> {
  const steps = join(stepFolder(workspace, 'fuzzed', 'start'), '..');
  const kept = join(workspace, 'kept');
  // Without the split that fails.
  const execute = async (step: string) => {
    const draft = new Draft(workspace);
    try {
      const { outcome } = await executeStep(
        {
          ...{ graph, step, workspace, user: 'tester', namespace: 'user:tester', workers: 1, emit: () => {} },
          params: parseParams(graph, { n: 1 }),
          ...{ paramsDigest: 'p', key: 'k', task: 't' },
          pool: (host) => new InProcessPool(graph, new FileCas(draft.cas), host),
        },
        draft,
      );
      return outcome;
    } finally {
      draft.remove();
    }
  };
  for (const step of STEPS) must((await execute(step)).status !== 'failed', `"${step}" failed.`);
  mkdirSync(kept);
  cpSync(steps, kept, { recursive: true });
  return {
    inputs: fc.record({
      step: fc.constantFrom(...STEPS),
      file: fc.constantFrom(...FILES),
      data: dataEdits(),
      bytes: fc.oneof({ arbitrary: noEdits, weight: 4 }, byteEdits(2)),
    }),
    async check({ step, file, data, bytes }) {
      const path = join(stepFolder(workspace, 'fuzzed', step), file);
      const was = readFileSync(path);
      const edited = file.endsWith('.json')
        ? Buffer.from(`${JSON.stringify(editData(JSON.parse(was.toString('utf8')), data))}`)
        : was;
      writeFileSync(path, editBytes(edited, bytes));
      const next = step === 'all' ? 'end' : 'all';
      try {
        const folder = stepFolder(workspace, 'fuzzed', step);
        damageOf(folder);
        isMisnamed(folder, 't');
        logsOf(folder);
        stepKeyDigest({
          ...{ graph, workspace, user: 'tester', namespace: 'user:tester', params: {}, code: 'c' },
          step: graph.steps.get(next) as StepNode,
        });
        if (isStillValid(folder, 'k')) renameManifest(folder, 't');
        if (file !== 'tasks.json') return 'passed';
        return await coded(async () => {
          const { error } = await execute(next);
          // What the step throws is its own; an error of the engine has a code.
          if (error?.name === 'FlowError') must(error.code !== undefined, 'It has no code.');
          else if (error && !/of steps|fuzz/.test(error.stack ?? ''))
            throw Object.assign(new Error(error.message), { stack: error.stack });
        });
      } finally {
        writeFileSync(path, was);
        for (const name of readdirSync(steps))
          if (!STEPS.includes(name)) rmSync(join(steps, name), { recursive: true });
        if (next === 'all') {
          rmSync(join(steps, 'all'), { recursive: true, force: true });
          cpSync(join(kept, 'all'), join(steps, 'all'), { recursive: true });
        }
      }
    },
  };
}
