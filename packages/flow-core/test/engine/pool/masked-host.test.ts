/** What a task prints comes by two pipes: a secret that is cut in one of them is masked, whatever comes by the other meanwhile. */
import { maskedHost } from '../../../src/engine/pool/masked-host';
import type { PoolHost } from '../../../src/engine/pool/pool';
import { Secrets } from '../../../src/engine/secrets/secrets';

test('pieces of two pipes in turn', () => {
  const secrets = new Secrets(new Map([['KEY', new Set(['sk-1234567890'])]]));
  let shown = '';
  const host = maskedHost(
    { log: (_job, _stream, text) => (shown += text), finished: () => {} } as Partial<PoolHost> as PoolHost,
    secrets,
  );
  const job = {} as never;
  host.log(job, 'stdout', 'asking with sk-123');
  host.log(job, 'stdout', 'by a child: sk-1', true);
  host.log(job, 'stdout', '4567890 and on');
  host.log(job, 'stdout', '234567890\n', true);
  host.finished(job, { status: 'done', result: {} } as never);
  expect(shown).toBe('asking with by a child: *** and on***\n');
});
