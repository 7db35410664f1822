/** The frames of a stack trace that are the user's. */
import { existsSync } from 'node:fs';
import { placeOf } from '../definition/callsite';
import { packageFile } from '../environment/package-root';

/** `file:line:column` of the first frame in a user's file. */
export function firstOfUser(error: unknown): string | undefined {
  return placesIn(error).find((place) => isUsersFile(fileOf(place)));
}

/** The same; where no frame is a user's, the first one that is not this package's. */
export function placeOfUser(error: unknown): string | undefined {
  return firstOfUser(error) ?? placesIn(error).find((place) => !isOurs(fileOf(place)));
}

/** The frames of a stack trace without those of Node and of this package. */
export function framesOutside(stack: string): string[] {
  return stack.split('\n').filter((line) => {
    if (!/^ +at /.test(line)) return false;
    const place = placeOf(line);
    return place !== undefined && !isOurs(fileOf(place));
  });
}

/** A file that is there, and neither in a package nor this package's code: its lines can be shown. */
export function isUsersFile(file: string): boolean {
  return !isOurs(file) && existsSync(file) && !/[\\/]node_modules[\\/]/.test(file);
}

function isOurs(file: string): boolean {
  return ['dist', 'src'].some((folder) => file.startsWith(packageFile(folder)));
}

function placesIn(error: unknown): string[] {
  const lines = String((error as { stack?: unknown } | undefined)?.stack ?? '').split('\n');
  return lines.flatMap((line) => (/^\s*at /.test(line) ? (placeOf(line) ?? []) : []));
}

function fileOf(place: string): string {
  return place.replace(/:\d+:\d+$/, '');
}
