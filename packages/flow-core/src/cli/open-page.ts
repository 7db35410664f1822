/** Opens an address with a token in the browser: by a file, since everybody may read the arguments of a process. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { escaped } from '../card/render/markup';
import { makeFolder } from '../environment/make-folder';
import { sweepTemporary, temporaryName } from '../environment/temporary';
import { openFile } from './open-file';

export interface OpenedPage {
  /** A file that leads to the address, for its owner alone. */
  file: string;
  /** False where there is no browser. */
  isOpen: boolean;
  /** Removes the file. */
  close(): void;
}

/** @param folder where the file is to lie */
export async function openPage(url: string, folder: string): Promise<OpenedPage> {
  makeFolder(folder);
  sweepTemporary(folder);
  const file = join(folder, `${temporaryName()}.html`);
  const address = escaped(url);
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url=${address}"><title>nx-flow</title></head>
<body><a href="${address}">Open the page of nx-flow</a></body></html>
`;
  writeFileSync(file, html, { mode: 0o600, flag: 'wx' });
  return { file, isOpen: await openFile(file), close: () => rmSync(file, { force: true }) };
}
