import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { FileCas } from '../../../src/store/cas/cas';
import { casContract } from '../../../src/store/cas/cas-contract';
import { MemoryCas } from '../../../src/store/cas/memory-cas';
import { temporaryPlace } from '../helpers/place';

casContract(
  'MemoryCas',
  async () => {
    const cas = new MemoryCas();
    return { cas, another: () => cas, dispose: async () => cas.close() };
  },
  { files: false },
  { describe, test },
);

casContract(
  'FileCas',
  async () => {
    const { folder } = temporaryPlace();
    const open = () => new FileCas(join(folder, 'cas'));
    return {
      cas: open(),
      another: open,
      dispose: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
  { files: true },
  { describe, test },
);
