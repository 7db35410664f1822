/**
 * Values: what was stored comes back equal, and bytes, types and names of codecs that are none are refused with a code. What is
 * decoded all the same is looked at in each way in which commands look at values.
 */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { jsonValue } from '../../../src/cli/json/value';
import { previewOf } from '../../../src/engine/task/preview';
import { MemoryCas } from '../../../src/store/cas/memory-cas';
import { packArtifact, unpackArtifact } from '../../../src/store/rows/records';
import type { ArtifactRecord } from '../../../src/store/rows/rows';
import { decodeArtifact, encodeArtifact } from '../../../src/store/values/artifacts';
import { difference } from '../../store/helpers/identical';
import { tangles, values } from '../../store/helpers/values';
import { coded, type Door, must } from '../door';
import { byteEdits, dataEdits, type Edit, editBytes, editData, noEdits } from '../edits';

interface Input {
  /** Of the value that is drawn. */
  seed: number;
  tangled: boolean;
  bytes: Edit[];
  meta: Edit[];
}

export async function open(): Promise<Door<Input>> {
  const cas = new MemoryCas();
  return {
    inputs: fc.record({
      seed: fc.nat(0xffffff),
      tangled: fc.boolean(),
      bytes: fc.oneof(noEdits, byteEdits()),
      meta: fc.oneof(noEdits, dataEdits()),
    }),
    async check({ seed, tangled, bytes, meta }) {
      const [value] = fc.sample<unknown>(tangled ? tangles : values, { seed, numRuns: 1 });
      let stored: ArtifactRecord | undefined;
      const whether = await coded(async () => {
        stored = await encodeArtifact('value', value, cas);
      });
      if (!stored) return whether;
      if (bytes.length === 0 && meta.length === 0) {
        const back = decodeArtifact(unpackArtifact(packArtifact(stored)), cas);
        const other = difference(value, back);
        must(other === undefined, `The value that comes back differs in ${other}.`);
        return 'passed';
      }
      const { bytes: inside, ...about } = stored;
      const changed = { ...editData(about, meta), ...(inside ? { bytes: editBytes(inside, bytes) } : {}) };
      let decoded: unknown;
      const verdict = await coded(() => {
        decoded = decodeArtifact(changed as ArtifactRecord, cas);
      });
      if (verdict === 'passed') lookAt(decoded);
      return verdict;
    },
  };
}

function lookAt(value: unknown): void {
  must(typeof value !== 'function', 'It is a function.');
  previewOf(value, 60);
  JSON.stringify(jsonValue(value));
  inspect(value, { depth: 4, maxArrayLength: 10, maxStringLength: 500 });
}
