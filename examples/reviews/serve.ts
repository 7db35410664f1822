/** Starts the stand-in for a model's API, until Ctrl-C: `npx nx run reviews:model`, or `npx tsx examples/reviews/serve.ts`. */
import { startServer } from './server';

const port = Number(process.env.PORT ?? 4010);
startServer({ port }).then(
  ({ url }) => console.log(`a stand-in for a model answers at ${url}`),
  (error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    console.log(`the port is taken: what answers at http://127.0.0.1:${port} is asked`);
    setInterval(() => {}, 60_000); // The targets of Nx that need it take it for ended otherwise.
  },
);
