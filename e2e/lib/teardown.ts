import { rmSync } from 'node:fs';

export default function teardown(): void {
  // A broker that is leaving may still write its last lines.
  rmSync(process.env.NX_FLOW_E2E as string, {
    recursive: true,
    force: true,
    maxRetries: 10,
    retryDelay: 200,
  });
}
