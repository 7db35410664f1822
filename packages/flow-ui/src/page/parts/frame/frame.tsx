/**
 * A card or a value in a frame of its own, which is never of the page's origin: what is in it may come from anyone. It is asked for
 * when it comes into view.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CardShown } from '../../../api/messages';
import type { FrameReply, FrameRequest } from '../../../api/routes';
import { heightOf } from '../../logic/frame-height';
import { ask } from '../../shell/ask';
import { isStale, useMessages } from '../../shell/events';
import { ErrorNote, Waiting } from '../notes';
import { useInView } from './in-view';

interface Props {
  request: FrameRequest;
  title: string;
  /** The card still changes: whether a message is of it. */
  live?: (message: CardShown) => boolean;
  /** Pixels: what is higher scrolls inside, until somebody asks for all of it. */
  most?: number;
}

/** Pixels: what follows a card is to be reachable. */
const TALL = 760;

export function Frame({ request, title, live, most = TALL }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLIFrameElement>(null);
  const [loaded, load] = useState<FrameReply>();
  const [problem, setProblem] = useState<string>();
  const [round, setRound] = useState(0);
  const [isTall, setTall] = useState(false);
  const [isWhole, setWhole] = useState(false);
  /** What a live card shows since its frame was asked for. It may come before the frame hears. */
  const latest = useRef<CardShown | undefined>(undefined);
  /** Another frame in the same place begins as high, so that the page does not jump. */
  const height = useRef<number | undefined>(undefined);
  const full = useRef(0);
  const asking = useRef(false);
  /** Addresses: of the frame that has loaded, and of one that loaded something else after that. */
  const first = useRef<string | undefined>(undefined);
  const [left, leave] = useState<string>();
  const seen = useInView(place);
  const what = JSON.stringify(request);
  const isLive = live !== undefined;
  const again = () => setRound((n) => n + 1);
  const show = () => {
    const html = latest.current?.html;
    if (html !== undefined) frame.current?.contentWindow?.postMessage({ card: html }, '*');
  };

  useEffect(() => {
    if (!seen) return;
    const end = new AbortController();
    latest.current = undefined;
    asking.current = true;
    ask<FrameReply>('/api/frame', { body: JSON.parse(what), signal: end.signal }).then(
      (reply) => {
        asking.current = false;
        if (isOther(reply, latest.current)) return again();
        setProblem(undefined);
        load(reply);
      },
      (error: Error) => {
        if (end.signal.aborted) return;
        asking.current = false;
        setProblem(error.message);
      },
    );
    return () => end.abort();
  }, [what, seen, round, isLive]);

  useEffect(() => {
    const hear = ({ source, data }: MessageEvent) => {
      const whole = source === frame.current?.contentWindow ? heightOf(data) : undefined;
      if (whole === undefined || !frame.current) return;
      const pixels = isWhole ? whole : Math.min(whole, most);
      full.current = whole;
      setTall(whole > most);
      height.current = pixels;
      frame.current.style.height = `${pixels}px`;
    };
    addEventListener('message', hear);
    return () => removeEventListener('message', hear);
  }, [most, isWhole]);

  const toggle = () => {
    setWhole(!isWhole);
    height.current = isWhole ? most : full.current;
    if (frame.current) frame.current.style.height = `${height.current}px`;
  };

  useMessages((message) => {
    if (!live || !seen) return;
    if (isStale(message)) return again();
    if (message.type !== 'card' || !live(message)) return;
    latest.current = message;
    if (asking.current) return;
    if (!loaded || problem !== undefined || isOther(loaded, message)) return again();
    show();
  });

  return (
    <div class="frame" ref={place}>
      {problem !== undefined && <ErrorNote message={problem} />}
      {loaded && problem === undefined && left === loaded.url && (
        <div class="error-note" role="alert">
          This card tried to go to another address, which no card may do.{' '}
          <button type="button" class="quiet" onClick={again}>
            Show it again
          </button>
        </div>
      )}
      {loaded && problem === undefined && left !== loaded.url && (
        <iframe
          key={loaded.url}
          ref={frame}
          src={loaded.url}
          style={height.current === undefined ? undefined : { height: `${height.current}px` }}
          title={title}
          sandbox="allow-scripts"
          referrerpolicy="no-referrer"
          onLoad={() => {
            if (first.current === loaded.url) return leave(loaded.url);
            first.current = loaded.url;
            show();
          }}
        />
      )}
      {loaded && isTall && left !== loaded.url && (
        <button type="button" class="quiet" onClick={toggle}>
          {isWhole ? 'Show less of it' : 'Show all of it'}
        </button>
      )}
      {seen && !loaded && problem === undefined && <Waiting />}
    </div>
  );
}

/** What it shows now needs another policy than its frame has. What is recorded has none, and does not hear. */
function isOther({ policy }: FrameReply, shown: CardShown | undefined): boolean {
  return shown !== undefined && policy !== shown.policy;
}
