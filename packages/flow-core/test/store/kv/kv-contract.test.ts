import { BrokerKv } from '../../../src/store/broker/client';
import { kvContract } from '../../../src/store/kv/kv-contract';
import { MemoryKv } from '../../../src/store/kv/memory';
import { sharedPlace, withEnvironment } from '../helpers/place';

// A broker would leave at once when the last client has left.
withEnvironment('CI', 'true');
const place = sharedPlace();

kvContract(
  'MemoryKv',
  async () => {
    const kv = new MemoryKv();
    return { kv, another: async () => kv, dispose: () => kv.close() };
  },
  { describe, test },
);

kvContract(
  'LevelDB through the broker',
  async () => {
    const kv = BrokerKv.open(place.folder());
    return {
      kv,
      another: async () => BrokerKv.open(place.folder()),
      async dispose() {
        await kv.close();
        await place.empty();
      },
    };
  },
  { describe, test },
);
