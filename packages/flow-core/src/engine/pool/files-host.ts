/**
 * A spin whose task is executed on another machine: what the task returned comes back as records, and is written as files here, as a
 * worker process of this machine does it by itself.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Cas } from '../../store/cas/cas';
import { type Codecs, decodeArtifact } from '../../store/values/artifacts';
import { writeArtifact } from '../outputs/artifacts';
import { LONGEST_PREVIEW } from '../outputs/task-writer';
import { previewOf } from '../task/preview';
import { shown } from '../task/shown';
import type { TaskResult } from '../task/task';
import { forwardedHost } from './forwarded-host';
import { failedOutcome } from './perform';
import type { PoolHost } from './pool';

export interface FilesHostOptions {
  /** Where the large values that came back lie. */
  cas: Cas;
  codecs: Codecs;
}

export function filesHost(host: PoolHost, options: FilesHostOptions): PoolHost {
  return {
    ...forwardedHost(host),
    finished(job, outcome) {
      const folder = job.spec.outputs;
      if (outcome.status === 'failed' || folder === undefined) return host.finished(job, outcome);
      writeFiles(folder, outcome.result, options).then(
        () => host.finished(job, outcome),
        (error) => host.finished(job, failedOutcome(error)),
      );
    },
  };
}

async function writeFiles(folder: string, result: TaskResult, { cas, codecs }: FilesHostOptions) {
  mkdirSync(join(folder, 'artifacts'), { recursive: true });
  result.files = [];
  result.previews = {};
  for (const [name, record] of result.stored) {
    const { type, size, digest } = record;
    const reference = record;
    result.files.push(await writeArtifact(folder, { name, type, size, digest, reference }, cas, codecs));
    const value = decodeArtifact(record, cas, codecs);
    result.previews[name] = previewOf(shown(value, codecs), LONGEST_PREVIEW);
  }
}
