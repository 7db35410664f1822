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
  /** Pixels: what is higher scrolls inside. */
  most?: number;
}

interface Loaded {
  url: string;
  policy?: string;
}

export function Frame({ request, title, live, most }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLIFrameElement>(null);
  const [loaded, load] = useState<Loaded>();
  const [problem, setProblem] = useState<string>();
  const [round, setRound] = useState(0);
  /** What a live card shows now. It may come before its frame hears. */
  const latest = useRef<string | undefined>(undefined);
  const seen = useInView(place);
  const what = JSON.stringify(request);
  const isLive = live !== undefined;
  useEffect(() => {
    if (!seen) return;
    const end = new AbortController();
    latest.current = undefined;
    ask<FrameReply>('/api/frame', { body: JSON.parse(what), signal: end.signal }).then(
      (reply) => {
        setProblem(undefined);
        load(reply);
      },
      (error: Error) => {
        if (!end.signal.aborted) setProblem(error.message);
      },
    );
    return () => end.abort();
  }, [what, seen, round, isLive]);

  useEffect(() => {
    const hear = ({ source, data }: MessageEvent) => {
      const height = source === frame.current?.contentWindow ? heightOf(data, most) : undefined;
      if (height !== undefined && frame.current) frame.current.style.height = `${height}px`;
    };
    addEventListener('message', hear);
    return () => removeEventListener('message', hear);
  }, [most]);

  const again = () => setRound((n) => n + 1);
  useMessages((message) => {
    if (!live || !seen) return;
    if (isStale(message)) return again();
    if (message.type !== 'card' || !live(message)) return;
    if (!loaded || (loaded.policy !== undefined && loaded.policy !== message.policy)) return again();
    latest.current = message.html;
    show();
  });
  const show = () => {
    if (latest.current !== undefined)
      frame.current?.contentWindow?.postMessage({ card: latest.current }, '*');
  };

  return (
    <div class="frame" ref={place}>
      {problem !== undefined && <ErrorNote message={problem} />}
      {loaded && problem === undefined && (
        <iframe
          key={loaded.url}
          ref={frame}
          src={loaded.url}
          title={title}
          sandbox="allow-scripts"
          referrerpolicy="no-referrer"
          onLoad={show}
        />
      )}
      {seen && !loaded && problem === undefined && <Waiting />}
    </div>
  );
}
