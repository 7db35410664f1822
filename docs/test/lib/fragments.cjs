/** Imports every fragment of the pages, and runs the flow that it exports. In one process, which tsx has prepared. */
const { Runner } = require('@nx-flow/core/testing');

async function main(files) {
  const failed = [];
  for (const file of files) {
    try {
      const { default: flow } = require(file);
      if (flow === undefined) continue;
      const runner = new Runner(flow);
      const { error, status } = await runner.run();
      if (status !== 'done') failed.push({ file, error: error?.stack ?? status });
      await runner.dispose();
    } catch (error) {
      failed.push({ file, error: error.stack });
    }
  }
  require('node:fs').writeFileSync(process.env.REPORT, JSON.stringify(failed));
}

main(process.argv.slice(2));
