/** Publishes what it is told to, in a store that others have open. `until: 'heard'`: again and again until it is heard. */
const { openStore } = require('../../../dist/store.js');

const store = openStore(process.argv[2]);
store.kv.generation().then(() => process.send('ready'));
process.on('message', async ({ events, until }) => {
  do {
    for (const event of events) store.events.publish(event);
    await store.kv.generation();
  } while (
    until === 'heard' &&
    process.connected &&
    (await new Promise((done) => setTimeout(done, 5, true)))
  );
  if (process.connected) process.send('said');
});
process.on('disconnect', () => store.close().then(() => process.exit(0)));
