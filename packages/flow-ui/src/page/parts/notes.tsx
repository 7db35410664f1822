/** What is said in the place of what one looks for: that there is nothing, that it failed, that it is on its way. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Asked } from '../shell/use-ask';

export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="strong">{title}</p>
      {children}
    </div>
  );
}

/** One sentence, and the code that documentation has an entry for. */
export function ErrorNote({ message, code }: { message: string; code?: string }) {
  return (
    <div class="error-note" role="alert">
      {message} {code !== undefined && <code class="soft">{code}</code>}
    </div>
  );
}

/** The answer, or what stands in its place while there is none. An error beside an older answer stands above that. */
export function Answer<T>({
  asked,
  children,
}: {
  asked: Asked<T>;
  children: (value: T) => ComponentChildren;
}) {
  const { value, error } = asked;
  return (
    <>
      {error && <ErrorNote message={error.message} code={error.code} />}
      {value !== undefined ? children(value) : !error && <Waiting />}
    </>
  );
}

/** Nothing at first: most answers come sooner than one could read it. */
export function Waiting() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return <p class="empty soft">{late ? 'Loading …' : ' '}</p>;
}
