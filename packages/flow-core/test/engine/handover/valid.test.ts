/** The key by which a step's folder is kept, and whether a folder still holds. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flow } from '../../../src';
import { requireGraph } from '../../../src/definition/flow';
import type { StepNode } from '../../../src/definition/graph';
import { DIGESTS_FILE } from '../../../src/engine/handover/layout';
import {
  isStillValid,
  type StepKeyOptions,
  stepKeyDigest,
  writeKey,
} from '../../../src/engine/handover/valid';
import { writeManifest } from '../../../src/engine/outputs/manifest';
import { stepFolder } from '../../../src/environment/output-folders';

const f = flow('kept');
const start = f.start(() => ({ one: 1 }));
const graph = requireGraph(f.end(f.step('next', { after: start }, () => ({ two: 2 }))));

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'nx-flow-kept-'));
  handOver('start', 'digests of start');
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

function handOver(step: string, digests: string): string {
  const folder = stepFolder(workspace, 'kept', step);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, DIGESTS_FILE), digests);
  return folder;
}

const keyOf = (options: Partial<StepKeyOptions> = {}) =>
  stepKeyDigest({
    graph,
    step: graph.steps.get('next') as StepNode,
    workspace,
    code: 'code',
    params: { n: '1' },
    user: 'tester',
    namespace: 'user:tester',
    ...options,
  });

test('the key is the same for the same, and another one for each of its fields', () => {
  const key = keyOf();
  expect(keyOf()).toBe(key);
  const others = [
    keyOf({ code: 'other' }),
    keyOf({ params: { n: '2' } }),
    keyOf({ user: 'other' }),
    keyOf({ namespace: 'other' }),
    keyOf({ graph: { ...graph, flow: 'kept' }, step: graph.steps.get('start') as StepNode }),
  ];
  handOver('start', 'other digests');
  expect(new Set([key, ...others, keyOf()]).size).toBe(7);
});

test('there is no key where a step before has handed nothing over', () => {
  rmSync(stepFolder(workspace, 'kept', 'start'), { recursive: true });
  expect(keyOf()).toBeUndefined();
});

test('a folder is kept for its own key, as long as every file is what it was', () => {
  const folder = handOver('next', 'digests of next');
  const key = keyOf() as string;
  expect(isStillValid(folder, key)).toBe(false);
  writeKey(folder, key);
  writeManifest(folder);
  expect([isStillValid(folder, key), isStillValid(folder, 'other')]).toEqual([true, false]);
  writeFileSync(join(folder, DIGESTS_FILE), 'cut');
  expect(isStillValid(folder, key)).toBe(false);
});
