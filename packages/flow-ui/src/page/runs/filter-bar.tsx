/** The filters above the list of runs. What is typed is in the address shortly after; Back leaves all of it at once. */
import { useEffect, useRef, useState } from 'preact/hooks';
import {
  FILTER_LABELS,
  type FilterName,
  type Filters,
  listOf,
  RUN_STATUSES,
  runsCommand,
  toggled,
} from '../logic/filters';
import { CopyButton } from '../parts/copy';
import { StatusMark } from '../parts/status-mark';
import { about } from '../shell/about';
import { setQuery } from '../shell/router';
import { useValue } from '../shell/value';

const SINCE = [
  ['', 'Any time'],
  ['1h', 'Last hour'],
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
];

/** Those that are folded away, and what is typed into them. */
const MORE: readonly (readonly [FilterName, string])[] = [
  ['tag', 'exp-1, baseline'],
  ['user', 'ada'],
  ['namespace', 'user:ada'],
  ['param', 'rate=0.1'],
  ['error', 'timed out'],
  ['since', '2026-11-30 or 12h'],
  ['until', '2026-11-30 or 2h'],
];

export function FilterBar({ filters }: { filters: Filters }) {
  const flows = useValue(about)?.flows ?? [];
  const command = runsCommand(filters);
  const since = filters.since ?? '';
  const options = SINCE.some(([value]) => value === since) ? SINCE : [...SINCE, [since, `Since ${since}`]];
  return (
    <div class="filters" role="search">
      <TextFilter name="q" label="Filter runs" filters={filters} placeholder="Filter runs  ( / )" main />
      <Select
        name="flow"
        filters={filters}
        options={[['', 'All flows'], ...flows.map(({ name }) => [name, name])]}
      />
      <Statuses filters={filters} />
      <Select name="since" filters={filters} options={options} />
      <details class="menu more">
        <summary>More</summary>
        <div class="panel">
          {MORE.map(([name, example]) => (
            <div key={name}>
              <span aria-hidden="true">{FILTER_LABELS[name]}</span>
              <TextFilter name={name} label={FILTER_LABELS[name]} filters={filters} placeholder={example} />
            </div>
          ))}
        </div>
      </details>
      <Chips filters={filters} />
      {command && (
        <CopyButton
          text={command.command}
          label={command.exact ? 'Copy command' : 'Copy command (some filters are the page’s own)'}
        />
      )}
    </div>
  );
}

/** Puts what is typed into the address once the typing pauses. */
function TextFilter({
  name,
  filters,
  placeholder,
  label,
  main,
}: {
  name: FilterName;
  filters: Filters;
  placeholder: string;
  label?: string;
  main?: boolean;
}) {
  const given = filters[name] ?? '';
  const [text, setText] = useState(given);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  // Back, and a filter that is taken out, change it from outside.
  useEffect(() => setText(given), [given]);
  const put = (value: string) => {
    clearTimeout(timer.current);
    setQuery({ [name]: value.trim() || undefined }, { replace: true });
  };
  const type = (value: string) => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => put(value), 200);
  };
  return (
    <input
      type="search"
      name={name}
      aria-label={label}
      value={text}
      placeholder={placeholder}
      spellcheck={false}
      autocomplete="off"
      {...(main ? { 'data-filter': true } : {})}
      onInput={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && put(event.currentTarget.value)}
    />
  );
}

function Select({
  name,
  filters,
  options,
}: {
  name: FilterName;
  filters: Filters;
  options: readonly (readonly string[])[];
}) {
  return (
    <select
      name={name}
      aria-label={FILTER_LABELS[name]}
      value={filters[name] ?? ''}
      onChange={(event) => setQuery({ [name]: event.currentTarget.value || undefined })}
    >
      {options.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}

function Statuses({ filters: { status } }: { filters: Filters }) {
  const chosen = listOf(status);
  return (
    <fieldset class="statuses">
      <legend class="unseen">Status</legend>
      {RUN_STATUSES.map((word) => (
        <button
          key={word}
          type="button"
          aria-pressed={chosen.includes(word)}
          onClick={() => setQuery({ status: toggled(status, word) })}
        >
          <StatusMark status={word} />
        </button>
      ))}
    </fieldset>
  );
}

/** Filters that are set and folded away. */
function Chips({ filters }: { filters: Filters }) {
  const shown = MORE.filter(([name]) => filters[name] && name !== 'since');
  if (shown.length === 0) return null;
  return (
    <>
      {shown.map(([name]) => (
        <button
          key={name}
          type="button"
          class="tag"
          title="Take this filter out"
          onClick={() => setQuery({ [name]: undefined })}
        >
          {FILTER_LABELS[name]}: {filters[name]} <span aria-hidden="true">✕</span>
        </button>
      ))}
      <a href="/runs">Clear</a>
    </>
  );
}
