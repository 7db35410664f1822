/** Messages as texts: their values hold bytes, maps and undefined, which JSON has not. */
import { deserialize, serialize } from 'node:v8';

export const pack = (value: unknown): string => serialize(value).toString('base64');

/** @throws Error where a newer Node wrote it */
export const unpack = <T>(text: string): T => deserialize(Buffer.from(text, 'base64')) as T;
