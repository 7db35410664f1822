/** Artifacts, parameters or inputs as a list: a line each, and the value in a frame when somebody opens it. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ArtifactEntry, FrameRequest } from '../../../api/routes';
import { type Path, pathOf, pathText } from '../../logic/json/path';
import { bytesText } from '../../logic/words';
import { Frame } from '../frame/frame';

export interface Shown extends ArtifactEntry {
  /** Beside its name, such as what became of it. */
  mark?: ComponentChildren;
  /** Below its line, when it is open. */
  more?: ComponentChildren;
}

interface Props {
  values: readonly Shown[];
  /** Undefined: there is nothing to show, as of a value that is gone. */
  request(value: ArtifactEntry, path?: Path): FrameRequest | undefined;
  /** What is said where there are none. */
  none: string;
}

export function Values({ values, request, none }: Props) {
  if (values.length === 0) return <p class="soft">{none}</p>;
  return (
    <div class="values">
      {values.map((value) => (
        <ValueRow key={`${value.name} ${value.pathspec}`} value={value} request={request} />
      ))}
    </div>
  );
}

function ValueRow({ value, request }: { value: Shown; request: Props['request'] }) {
  const [open, setOpen] = useState(false);
  const { name, type, size, preview, mark, more } = value;
  return (
    <details class="value" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <code class="name">{name}</code>
        {mark}
        <span class="type">{type}</span>
        <span class="size number">{size >= 0 ? bytesText(size) : ''}</span>
        <code class="preview">{preview ?? ''}</code>
      </summary>
      {open && (
        <div class="opened">
          {more}
          <OpenValue name={name} type={type} request={(path) => request(value, path)} />
        </div>
      )}
    </details>
  );
}

interface OpenProps {
  name: string;
  /** As it is told: there is no way into a number. */
  type: string;
  request(path?: Path): FrameRequest | undefined;
}

/** Types without anything inside. */
const FLAT = /^(number|string|boolean|bigint|undefined|null|symbol)\b/;

/** A value, or what a way into it leads to. */
export function OpenValue({ name, type, request }: OpenProps) {
  const [path, setPath] = useState<Path>([]);
  const [problem, setProblem] = useState<string>();
  const asked = request(path.length > 0 ? path : undefined);
  if (!asked) return null;
  const enter = (text: string) => {
    const read = pathOf(text);
    if (typeof read === 'string') return setProblem(read);
    setProblem(undefined);
    setPath(read);
  };
  return (
    <>
      {!FLAT.test(type) && (
        <form
          class="path"
          onSubmit={(event) => {
            event.preventDefault();
            enter(new FormData(event.currentTarget).get('path') as string);
          }}
        >
          <label>
            <span class="soft">{name}</span>{' '}
            <input name="path" placeholder="[0].title" aria-label={`A way into ${name}`} spellcheck={false} />
          </label>
          <button type="submit">Show</button>
          {path.length > 0 && (
            <code class="soft">{`${name}${pathText(path).replace(/^(?=[^[])/, '.')}`}</code>
          )}
          {problem !== undefined && <span class="wrong">{problem}</span>}
        </form>
      )}
      <Frame key={JSON.stringify(path)} request={asked} title={name} most={560} />
    </>
  );
}
