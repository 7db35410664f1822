/** Opens a file in the user's browser, by the opener of the platform. */
import { spawn } from 'node:child_process';

/** Resolves with false where there is none. */
export async function openFile(file: string, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const opener = openerOf(env);
  if (!opener) return false;
  const [command, ...args] = opener;
  return new Promise((resolve) => {
    const child = spawn(command, [...args, file], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => resolve(true));
    child.unref();
  });
}

function openerOf(env: NodeJS.ProcessEnv): [string, ...string[]] | undefined {
  if (env.BROWSER) return [env.BROWSER];
  switch (process.platform) {
    case 'darwin':
      return ['open'];
    case 'win32':
      return ['explorer.exe'];
    default:
      // Without a display it would begin, and show nothing.
      return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined;
  }
}
