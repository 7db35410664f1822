/** Pictures. */
import { types } from 'node:util';
import { taken } from '../given';
import { type CardHost, handle, type Updatable } from '../handle';
import { lineOf, numberOf, textOf } from '../text';
import { Unshowable } from '../unshowable';

/** Bytes of one picture. */
const LIMIT = 8_000_000;

export interface ImageOptions {
  title?: string;
  /** What is to be seen, for who does not see it. Default: the title. */
  alt?: string;
  /** Width in CSS pixels. Default: that of the picture, at most that of the card. */
  width?: number;
}

/** Bytes, text of an SVG, or an artifact that `file()` made. */
export type ImageSource =
  | Uint8Array
  | ArrayBuffer
  | string
  | { readonly bytes: Uint8Array }
  | { readonly path: string };

export interface Image extends ImageOptions, Updatable {
  source: ImageSource;
}

/** A PNG, JPEG, GIF, WebP, AVIF or SVG; which one, its bytes say. An SVG is shown as a picture: no script of it runs. */
export function image(source: ImageSource, options: ImageOptions = {}): Image {
  // A card that changes is walked often: the same picture is encoded once.
  let last: { source: unknown; address: string } | undefined;
  return handle({ ...taken(options), source } as Omit<Image, 'update'>, (props, { host }) => {
    if (last?.source !== props.source)
      last = { source: props.source, address: addressOf(props.source, host) };
    return {
      type: 'image',
      title: textOf(props.title),
      source: last.address,
      alt: textOf(props.alt) ?? textOf(props.title) ?? '',
      width: numberOf(props.width),
    };
  });
}

function addressOf(source: unknown, host: CardHost): string {
  const bytes = bytesOf(source, host);
  if (bytes.length > LIMIT)
    throw new Unshowable(
      `the image has ${(bytes.length / 1e6).toFixed(1)} MB, and a card shows images of at most ${LIMIT / 1e6} MB: make it smaller`,
    );
  const type = typeOf(bytes);
  if (!type) throw new Unshowable('the bytes are none of PNG, JPEG, GIF, WebP, AVIF and SVG');
  return `data:image/${type};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;
}

function bytesOf(source: unknown, host: CardHost): Uint8Array {
  if (typeof source === 'string') return Buffer.from(source);
  if (types.isUint8Array(source)) return source;
  if (types.isAnyArrayBuffer(source)) return new Uint8Array(source);
  if (typeof source === 'object' && source !== null) {
    const { bytes } = source as { bytes?: unknown };
    if (types.isUint8Array(bytes)) return bytes;
    const { path } = source as { path?: unknown };
    if (typeof path === 'string') {
      if (!host.readFile) throw new Unshowable('this card reads no files: give the bytes of the image');
      return host.readFile(path);
    }
  }
  throw new Unshowable(`an image is bytes, the text of an SVG, or what file() made, not ${lineOf(source)}`);
}

/** By the first bytes. */
function typeOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 1_000)).toString('latin1');
  if (start.startsWith('\x89PNG\r\n')) return 'png';
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (start.startsWith('GIF8')) return 'gif';
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'webp';
  if (start.slice(4, 12) === 'ftypavif') return 'avif';
  if (/^(\xef\xbb\xbf)?\s*<(\?xml|!--|!doctype svg|svg)/i.test(start) && /<svg[\s/>]/i.test(start))
    return 'svg+xml';
  return undefined;
}
