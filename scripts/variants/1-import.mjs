import { said } from './lib/workspace.mjs';

export const kind = 1;
export const title = 'A flow file leaves, hangs or throws while it is imported';

/** A flow whose file does something when it is imported. */
const flowThat = (does, name = 'odd') => `import { flow } from '@nx-flow/core';
${does}
const f = flow('${name}');
export const start = f.start(() => ({ n: 1 }));
export default f.end(start);
`;

/** What is wrong unless it is refused as an import that fails, with a word about what happened. */
function unlessRefused(result, word) {
  const all = result.stdout + result.stderr;
  if (result.hung || result.code !== 2 || !all.includes('FLOW_IMPORT') || !all.includes(word))
    return `expected FLOW_IMPORT about "${word}" and code 2, got ${said(result)}`;
  return undefined;
}

export const variants = [
  {
    name: 'spin: the file ends itself by a signal',
    async check(w) {
      w.write('odd.flow.ts', flowThat(`process.kill(process.pid, 'SIGTERM');`));
      return unlessRefused(await w.flow('spin', 'odd', 'start'), 'SIGTERM');
    },
  },
  {
    name: 'run: a CommonJS package throws a symbol',
    async check(w) {
      w.write('node_modules/odd/index.js', `throw Symbol('nobody expects me');`);
      w.write('odd.flow.ts', flowThat(`import 'odd';`));
      return unlessRefused(await w.flow('run', 'odd'), 'nobody expects me');
    },
  },
];
