/**
 * Executes command lines one after another in this process, as `bin/nx-flow.js` does in one each: the bundle and the
 * loader are loaded once. Modules of the workspace are forgotten after each command, so that an edit is seen.
 */
const { sep } = require('node:path');
const { main } = require('../../dist/cli.js');

const before = { ...process.env };

process.on('message', async ({ args, cwd, env, workspace }) => {
  const printed = { stdout: '', stderr: '' };
  const real = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const stream of ['stdout', 'stderr']) {
    process[stream].write = (chunk, encoding, done) => {
      printed[stream] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      const callback = typeof encoding === 'function' ? encoding : done;
      if (callback) process.nextTick(callback);
      return true;
    };
  }
  Object.assign(process.env, env);
  let code = 1;
  try {
    process.chdir(cwd);
    code = await main(args, { cwd });
  } finally {
    Object.assign(process.stdout, { write: real.stdout });
    Object.assign(process.stderr, { write: real.stderr });
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
    process.exitCode = undefined;
    for (const file of Object.keys(require.cache))
      if (file.startsWith(workspace + sep)) delete require.cache[file];
  }
  process.send({ code, ...printed });
});
process.on('disconnect', () => process.exit(0));
