/** What was thrown: its name and message, where in the source, what caused it, its stack. */
import type { ErrorRecord } from '@nx-flow/core/ui';
import type { TaskReply } from '../../../api/routes';
import { CopyButton } from '../copy';

interface Props {
  error: ErrorRecord;
  source?: TaskReply['source'];
}

export function ErrorBox({ error, source }: Props) {
  const { name, message, code, stack, where } = error;
  return (
    <div class="error-box">
      <div class="told">
        <strong>{name}</strong> {code !== undefined && <code class="soft">{code}</code>}
        <div class="message">{message}</div>
        {where !== undefined && <code>{where}</code>}
      </div>
      {source && <SourceLines source={source} />}
      <Fields error={error} />
      {causesOf(error).map((cause, i) => (
        <details key={i} class="cause">
          <summary>
            Caused by <strong>{cause.name}</strong>: {firstLine(cause.message)}
          </summary>
          <pre>{cause.stack ?? cause.message}</pre>
          <Fields error={cause} />
        </details>
      ))}
      {stack !== undefined && (
        <details class="cause">
          <summary>Stack</summary>
          <pre>{stack}</pre>
          <CopyButton text={stack} label="Copy the stack" />
        </details>
      )}
    </div>
  );
}

function SourceLines({
  source: { file, first, marked, lines },
}: {
  source: NonNullable<TaskReply['source']>;
}) {
  const width = String(first + lines.length - 1).length;
  return (
    <figure class="source">
      <figcaption>
        <code>
          {file}:{marked}
        </code>{' '}
        <CopyButton text={`${file}:${marked}`} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keys. */}
      <pre tabIndex={0}>
        <code>
          {lines.map((line, i) => {
            const at = first + i;
            const text = `${at === marked ? '❯' : ' '} ${String(at).padStart(width)}  ${line}\n`;
            return at === marked ? <mark key={at}>{text}</mark> : text;
          })}
        </code>
      </pre>
    </figure>
  );
}

function Fields({ error: { fields } }: { error: ErrorRecord }) {
  const entries = Object.entries(fields ?? {});
  if (entries.length === 0) return null;
  return (
    <dl class="fields">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Causes and the errors of an AggregateError, the nearest first; a few, since they may be many. */
function causesOf(error: ErrorRecord): ErrorRecord[] {
  const found: ErrorRecord[] = [];
  for (let from: ErrorRecord[] = [error]; from.length > 0 && found.length < 12; ) {
    from = from.flatMap(({ cause, errors }) => [...(cause ? [cause] : []), ...(errors ?? [])]);
    found.push(...from);
  }
  return found.slice(0, 12);
}

const firstLine = (text: string) => text.split('\n', 1)[0];
