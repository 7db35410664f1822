/** The outputs of a spin in memory: for who compares it with later ones, when others lie in their place. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { differenceOfArtifacts } from '../engine/difference/artifacts';
import { readForm } from '../engine/outputs/read-output';
import type { ArtifactDifference } from '../engine/task/difference';
import type { SpinDone } from '../engine/task/flow-event';
import type { OutputFile } from '../engine/task/task';
import { spinsFolder } from '../environment/output-folders';
import type { Cas } from '../store/cas/cas';
import { isInside } from './is-inside';

export interface KeptOutput extends OutputFile {
  content: Buffer;
}

/**
 * Reads what a spin has just written. Without what is larger than `most` bytes, and what another spin has replaced meanwhile.
 * @param most bytes of one value
 */
export function keepOutputs(
  { flow, outputs, artifacts }: SpinDone,
  workspace: string,
  most: number,
): Map<string, KeptOutput> {
  const kept = new Map<string, KeptOutput>();
  if (outputs === undefined) return kept;
  const folder = join(workspace, outputs);
  // What another process says of its outputs is no reason to read any file.
  if (!isInside(spinsFolder(workspace, flow), folder)) return kept;
  const digests = new Map(artifacts.map(({ name, digest }) => [name, digest]));
  try {
    const files: OutputFile[] = JSON.parse(readFileSync(join(folder, 'artifacts.json'), 'utf8'));
    for (const file of files) {
      if (digests.get(file.name) !== file.digest || file.size > most) continue;
      if (!isInside(folder, join(folder, file.file))) continue;
      kept.set(file.name, { ...file, content: readFileSync(join(folder, file.file)) });
    }
  } catch {
    // They are being replaced just now.
  }
  return kept;
}

/** A card beside the outputs. Undefined where another spin has replaced it. */
export function readSpunCard(flow: string, file: string, workspace: string): string | undefined {
  const path = join(workspace, file);
  if (!isInside(spinsFolder(workspace, flow), path)) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** @throws FlowError FLOW_CODEC_UNKNOWN for what a codec of the flow stored, FLOW_ARTIFACT_UNREADABLE */
export function keptValue({ content, format, ...about }: KeptOutput, cas: Cas): unknown {
  if (format === 'file') return new Uint8Array(content);
  return readForm(about, [{ format }, content], cas, undefined);
}

export function differenceOfKept(
  before: KeptOutput,
  after: KeptOutput,
  cas: Cas,
): Promise<ArtifactDifference> {
  const side = (kept: KeptOutput) => ({ size: kept.size, read: () => keptValue(kept, cas) });
  return differenceOfArtifacts(side(before), side(after));
}
