/** `nx-flow spin` in this repository, where the packages are links to their sources' folders, against an installed one. */
import { withCheckout, withWorkspace } from '../lib/workspace.mjs';
import { FLOW } from './spin.mjs';

const GOAL = 1.1;

export default {
  name: 'linked',
  what: '`nx-flow spin`, step that does nothing, in a checkout of this repository',
  floor: 'the same spin in a workspace with the packages installed',
  open: (build, use, { compared = false } = {}) =>
    withCheckout(build, { 'empty/empty.flow.ts': FLOW }, async (checkout) => {
      await checkout.nxFlow('run', 'empty');
      const held = checkout.brokerHeld();
      const one = {
        what: 'broker up already',
        ours: () => checkout.nxFlow('spin', 'empty', 'nothing'),
        figures: [{ of: 'ms', goal: GOAL }],
        ...held,
      };
      if (compared) return use([one]);
      return withWorkspace(
        build,
        { 'package.json': '{ "name": "bench", "private": true }', 'empty/empty.flow.ts': FLOW },
        async (installed) => {
          await installed.nxFlow('run', 'empty');
          const floor = () => installed.nxFlow('spin', 'empty', 'nothing');
          const begin = async () => {
            await installed.holdBroker();
            await held.begin();
          };
          return use([{ ...one, floor, begin }]);
        },
      );
    }),
};
