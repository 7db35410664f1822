/** Starts the stand-in for a model's API, until Ctrl-C: `npx tsx examples/reviews/serve.ts`. */
import { startServer } from './server';

const port = Number(process.env.PORT ?? 4010);
startServer({ port }).then(
  ({ url }) => console.log(`a stand-in for a model answers at ${url}`),
  (error) => {
    console.error(`The port ${port} cannot be used (${error.code}): is the stand-in running already?`);
    process.exitCode = 1;
  },
);
