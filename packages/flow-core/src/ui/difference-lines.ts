/** What differs inside of an artifact, as plain lines: as commands print it. */
import { ownColors } from '../cli/render/colours';
import { differenceText } from '../cli/render/difference';
import type { Output } from '../cli/render/output';
import type { ArtifactDifference } from '../engine/task/difference';

/** Columns of a line. */
const WIDTH = 160;
/** Lines that are of use. */
const MOST = 40;

export function differenceLines(name: string, difference: ArtifactDifference): string[] {
  const output = { colors: ownColors(false), columns: WIDTH } as Output;
  const lines = differenceText(name, difference, output).trimEnd().split('\n');
  return lines.length > MOST ? [...lines.slice(0, MOST), '…'] : lines;
}
