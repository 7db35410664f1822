/** The broker's program: `node broker.js <store> <idle milliseconds> [where it was started]`. */
import { dirname } from 'node:path';
import { packageFile } from '../../environment/package-root';
import { becomeOwner, giveBack } from '../folder/owner';
import { type Complaint, LISTENING, socketPath } from './protocol';
import { serveBroker } from './server';

/** @param served called when it has served all its clients */
export function main(served: () => void): void {
  // What it writes is its owner's, whatever the user's umask is: the database, the socket.
  process.umask(0o077);
  const [store = '', idle = '5000', started] = process.argv.slice(2);
  // A socket elsewhere is in a folder of root's own: then what root has made is given back at the end.
  const isElsewhere = dirname(socketPath(store)) !== store;
  if (!isElsewhere) becomeOwner(store, packageFile('dist/broker.js'));
  // The terminal's signals are for the command that started the broker. It exits after its clients.
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  // Once it listens, its output has no reader.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const leave = () => {
    try {
      if (isElsewhere) giveBack(store);
    } catch {
      // A root that may not do that, or a store that is gone.
    }
  };
  const onListening = () => say(LISTENING);
  serveBroker({ store, started, idleMs: Number(idle), onNews: say, onListening }).then(
    (end) => {
      // LevelDB must do nothing more, and it would end its work first.
      if (end === 'moved') process.kill(process.pid, 'SIGKILL');
      leave();
      served();
      process.exit(0);
    },
    ({ message, code }: Error & { code?: string }) => {
      leave();
      process.stderr.write(`${JSON.stringify({ message, code } satisfies Complaint)}\n`, () =>
        process.exit(3),
      );
    },
  );
}
