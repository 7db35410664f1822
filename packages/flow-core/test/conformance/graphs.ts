/** The graphs of the conformance matrix, as data. Adding one is one entry. */
import { compile, type Program, type Shape } from './program';

const step = (): Shape => ({ kind: 'step' });
const loop = (times: number): Shape => ({ kind: 'loop', times });
const foreach = (length: number, ...inside: Shape[]): Shape => ({ kind: 'foreach', length, inside });
const bare = (length: number, ...inside: Shape[]): Shape => ({
  kind: 'foreach',
  length,
  bare: true,
  inside,
});
const gather = (...branches: Shape[][]): Shape => ({ kind: 'gather', branches });
const choose = (...arms: Shape[][]): Shape => ({ kind: 'switch', arms, united: 0 });

const SHAPES = {
  linear: [step(), step(), step()],
  branch: [gather([step()], [step()])],
  'nested branches': [gather([step(), gather([step()], [step()], [])], [step()]), step()],
  foreach: [foreach(3)],
  'foreach of twelve': [foreach(12, step())],
  'foreach over nothing': [foreach(0, step(), foreach(2), step()), step()],
  'foreach over nothing in a foreach': [
    foreach(3, foreach(0, gather([step()], [])), bare(3, step())),
    step(),
  ],
  'foreach over nothing in an arm': [choose([foreach(0, step())], [foreach(0), foreach(2)], [foreach(0)])],
  'nested foreach three deep': [foreach(3, foreach(3, foreach(2, step()))), step()],
  'branch in foreach': [foreach(3, gather([step()], [step(), step()]))],
  'foreach in branch': [gather([foreach(3, step())], [step()])],
  switch: [choose([step()], [step(), step()], []), step()],
  'nested switch': [choose([choose([step()], []), step()], [step()], [choose([], [step()])])],
  'switch in branch': [gather([choose([step()], [])], [step(), choose([step()], [step()])])],
  'switch in foreach': [foreach(7, choose([step()], [step(), step()], []))],
  'branch in switch': [choose([gather([step()], [step()])], [gather([], [step()])])],
  'foreach in switch': [choose([foreach(3, step())], [foreach(2)])],
  recursion: [step(), loop(4), step()],
  'recursion of twenty': [loop(20), loop(2)],
  'recursion in foreach': [foreach(3, loop(3), step())],
  'gather of foreach joins': [gather([foreach(3)], [foreach(2, step())]), step()],
  'mixture of sixteen steps': [
    gather([foreach(3, choose([loop(2)], [step()]))], [choose([], [step()])]),
    loop(3),
    foreach(2, gather([step()], [])),
    step(),
  ],
} satisfies Record<string, Shape[]>;

/** By name. */
export const GRAPHS: Record<string, Program> = Object.fromEntries(
  Object.entries(SHAPES).map(([name, shapes]) => [name, compile(name.replaceAll(' ', '_'), shapes)]),
);
