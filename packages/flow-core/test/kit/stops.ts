/** Where a process stops for a debugger: it is let go on at each place. */
import type { ChildProcess } from 'node:child_process';
import { SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { Debugger } from './debugger';

export interface Stop {
  /** The file of the source, and its line from 1. */
  file: string;
  line: number;
}

interface Frame {
  location: { scriptId: string; lineNumber: number; columnNumber: number };
}

interface Script {
  url: string;
  sourceMapURL: string;
}

/** @param child which prints the address of its inspector, or of that of a process in it @returns the stops so far, in a list that grows */
export function stopsOf(child: ChildProcess): Stop[] {
  const stops: Stop[] = [];
  const scripts = new Map<string, Script>();
  let client: Debugger | undefined;
  let told = '';
  const heard = async (method: string, params: unknown) => {
    if (method === 'Debugger.scriptParsed') {
      const script = params as Script & { scriptId: string };
      scripts.set(script.scriptId, script);
    }
    if (method !== 'Debugger.paused') return;
    const [frame] = (params as { callFrames: Frame[] }).callFrames;
    if (frame) stops.push(placeOf(frame, scripts.get(frame.location.scriptId) as Script));
    await client?.send('Debugger.resume');
  };
  // Nx passes on to its stdout what tasks print.
  const printed = async (text: string) => {
    told += text;
    if (told.includes('Waiting for the debugger to disconnect')) client?.close();
    const url = /ws:\/\/\S+/.exec(told)?.[0];
    if (url === undefined || client) return;
    told = '';
    client = await Debugger.connect(url, heard);
    await client.send('Runtime.enable');
    await client.send('Debugger.enable');
    await client.send('Runtime.runIfWaitingForDebugger');
  };
  child.stdout?.on('data', printed);
  child.stderr?.on('data', printed);
  return stops;
}

/** The place in the source, by the map in the script. */
function placeOf({ location }: Frame, { url, sourceMapURL }: Script): Stop {
  const file = url.replace('file://', '');
  const [, encoded] = sourceMapURL.split('base64,');
  if (encoded === undefined) return { file, line: location.lineNumber + 1 };
  const payload = JSON.parse(Buffer.from(encoded, 'base64').toString());
  const entry = new SourceMap(payload).findEntry(location.lineNumber, location.columnNumber);
  return 'originalLine' in entry
    ? { file: resolve(dirname(file), entry.originalSource), line: entry.originalLine + 1 }
    : { file, line: location.lineNumber + 1 };
}
