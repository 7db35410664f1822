/** Listens on the loopback interface, and ends with all that it has started. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { FlowError, type PageRequest, type ServedPage } from '@nx-flow/core/ui';
import { pageApp } from './app';
import { type Here, openHere } from './here';

const HOST = '127.0.0.1';
export const PORT = 4780;
/** How many ports after it are tried. */
const NEXT = 20;

/** @throws FlowError FLOW_UI_PORT, and FLOW_RUN_NOT_FOUND and its like for a beginning that is not there */
export async function servePage(request: PageRequest): Promise<ServedPage> {
  const here = await openHere(request);
  try {
    const app = pageApp(here);
    const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
    const port = await listen(server, request.port);
    here.port = port;
    return { url: `http://${HOST}:${port}/#token=${here.token.text}`, close: () => close(server, here) };
  } catch (error) {
    await here.close();
    throw error;
  }
}

async function listen(server: Server, wanted: number | undefined): Promise<number> {
  const last = wanted ?? PORT + NEXT;
  for (let port = wanted ?? PORT; ; port++) {
    try {
      await listening(server, port);
      return (server.address() as AddressInfo).port;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE' && port < last) continue;
      const why = code === 'EADDRINUSE' ? 'it is taken' : `the system says ${code ?? String(error)}`;
      const message = `The page cannot be served at port ${port}, since ${why}: choose another by --port=<port>, or any free one by --port=0.`;
      throw new FlowError('FLOW_UI_PORT', message, { cause: error });
    }
  }
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(server: Server, here: Here): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  await here.close();
  server.closeAllConnections();
  await closed;
}
