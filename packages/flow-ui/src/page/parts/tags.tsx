/** The tags of a run, changed in place: a pen opens a field, Enter stores, Esc leaves it as it was. */
import { useState } from 'preact/hooks';
import type { TagsRequest } from '../../api/routes';
import { tagsOf } from '../logic/filters';
import { withQuery } from '../logic/place';
import { AskError, ask } from '../shell/ask';

export function Tags({
  run,
  tags,
  onChange,
}: {
  run: string;
  tags: readonly string[];
  onChange: () => void;
}) {
  const [editing, edit] = useState(false);
  const [error, fail] = useState<string>();
  // One that a command made of several words cannot be written here: it stays.
  const written = tags.filter((tag) => tagsOf(tag).join() === tag);
  const others = tags.filter((tag) => !written.includes(tag));
  const store = async (text: string) => {
    const wanted = tagsOf(text);
    const body: TagsRequest = {
      run,
      add: wanted.filter((tag) => !tags.includes(tag)),
      remove: written.filter((tag) => !wanted.includes(tag)),
    };
    try {
      if (body.add.length + body.remove.length > 0) await ask('/api/tags', { body });
      fail(undefined);
      edit(false);
      onChange();
    } catch (thrown) {
      if (thrown instanceof AskError) fail(thrown.message);
    }
  };
  if (editing)
    return (
      <span class="tags">
        <input
          ref={(field) => field?.focus()}
          aria-label={`Tags of ${run}, with blanks between them`}
          defaultValue={written.join(' ')}
          placeholder="separated by blanks"
          onKeyDown={(event) => {
            if (event.key === 'Enter') store(event.currentTarget.value);
            else if (event.key === 'Escape') edit(false);
          }}
          onBlur={(event) => store(event.currentTarget.value)}
        />
        {others.map((tag) => (
          <span key={tag} class="tag" title="This tag has a blank or a comma: commands change it.">
            {tag}
          </span>
        ))}
        {error !== undefined && (
          <span class="bad" role="alert">
            {error}
          </span>
        )}
      </span>
    );
  return (
    <span class="tags">
      {tags.map((tag) => (
        <a key={tag} class="tag" href={withQuery('/runs', { tag })} title={`Runs with the tag ${tag}`}>
          {tag}
        </a>
      ))}
      <button type="button" class="quiet pen" title="Change the tags" onClick={() => edit(true)}>
        {tags.length === 0 ? '+ tag' : <span aria-hidden="true">✎</span>}
        <span class="unseen"> of {run}</span>
      </button>
    </span>
  );
}
