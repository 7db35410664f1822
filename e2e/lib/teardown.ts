/** Removes the workspaces, and what was installed too unless the folder was given. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';

export default function teardown(): void {
  const folder = process.env.NX_FLOW_E2E as string;
  // A broker that is leaving may still write its last lines.
  const options = { recursive: true, force: true, maxRetries: 10, retryDelay: 200 };
  for (const name of ['workspaces', 'oldest']) rmSync(join(folder, name), options);
  if (process.env.NX_FLOW_E2E_REMOVED) rmSync(folder, options);
}
