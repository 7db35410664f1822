/** An agent in a process of its own, of the built package. It says its id, and ends with its parent. */
const { package: folder = '../..', clockMs = 0, ...options } = JSON.parse(process.argv[2]);
const { startAgent } = require(`${folder}/dist/index.js`);

if (clockMs !== 0) {
  const now = Date.now;
  Date.now = () => now() + clockMs;
}
process.chdir(options.workspace);
startAgent(options).then(
  (agent) => {
    process.send({ id: agent.id });
    process.on('SIGTERM', () => void agent.stop());
    process.on('disconnect', () => void agent.kill().then(() => process.exit(1)));
    void agent.ended.then((how) => process.exit(how === 'idle' ? 3 : 0));
  },
  (error) => process.send({ error: { code: error.code, message: error.message } }, () => process.exit(2)),
);
