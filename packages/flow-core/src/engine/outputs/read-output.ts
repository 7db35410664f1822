/** Reads outputs back: what {@link writeForm} and the task that executed have written. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cas } from '../../store/cas/cas';
import { fileAt } from '../../store/cas/file';
import type { ArtifactSummary } from '../../store/rows/rows';
import { type Codecs, decodeArtifact } from '../../store/values/artifacts';
import { CODECS } from '../../store/values/codecs';
import type { OutputFile } from '../task/task';
import type { NaturalForm } from './artifacts';

/** The value of a file's content. @throws FlowError FLOW_CODEC_UNKNOWN, FLOW_ARTIFACT_UNREADABLE */
export function readForm(
  { type, size, digest }: ArtifactSummary,
  [{ format }, content]: [form: Pick<NaturalForm[0], 'format'>, content: NaturalForm[1]],
  cas: Cas,
  codecs: Codecs,
): unknown {
  if (format === 'text') return String(content);
  if (format === 'json') return JSON.parse(String(content));
  const own = codecs?.find(({ id }) => format === `codec:${id}`);
  const builtIn = CODECS.find(({ file }) => file.format === format);
  const { id: codec, version } = own ?? builtIn ?? { id: format.replace(/^codec:/, ''), version: 1 };
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return decodeArtifact({ codec, version, type, size, digest, bytes }, cas, codecs);
}

/** The value of an output that lies in a folder. @throws as {@link readForm}, and where it cannot be read */
export function readOutput(folder: string, output: OutputFile, cas: Cas, codecs: Codecs): unknown {
  const path = join(folder, output.file);
  const { format } = output;
  if (format === 'file') return fileAt(path);
  const bytes = readFileSync(path);
  return readForm(
    output,
    [{ format }, format === 'text' || format === 'json' ? String(bytes) : bytes],
    cas,
    codecs,
  );
}
