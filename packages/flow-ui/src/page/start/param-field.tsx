/** One parameter of a flow as a field. */
import { useId } from 'preact/hooks';
import { defaultText, type Field } from '../logic/fields';

interface Props {
  field: Field;
  text: string;
  problem: string | undefined;
  onText(text: string): void;
}

export function ParamField({ field, text, problem, onText }: Props) {
  const id = useId();
  const { name, required, description, rule } = field;
  // A list says its default itself.
  const byDefault = field.kind === 'choice' || field.kind === 'boolean' ? undefined : defaultText(field);
  return (
    <div class={`field ${problem === undefined ? '' : 'invalid'}`}>
      <label for={id}>
        <code>{name}</code>
        {required && (
          <span class="required" title="required">
            {' '}
            *
          </span>
        )}{' '}
        <span class="soft">{rule}</span>
      </label>
      <Control id={id} field={field} text={text} problem={problem} onText={onText} />
      <p id={`${id}-about`} class="soft">
        {description}
        {byDefault !== undefined && (
          <span>
            {description === undefined ? 'Default' : '; default'}: <code>{byDefault}</code>
          </span>
        )}
      </p>
      {problem !== undefined && (
        <p id={`${id}-problem`} class="wrong" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function Control({ id, field, text, problem, onText }: Props & { id: string }) {
  const { kind, required, choices, schema } = field;
  const byDefault = defaultText(field);
  const shared = {
    id,
    value: text,
    'aria-invalid': problem !== undefined,
    'aria-required': required,
    'aria-describedby': problem === undefined ? `${id}-about` : `${id}-about ${id}-problem`,
  };
  const onInput = ({ currentTarget }: { currentTarget: { value: string } }) => onText(currentTarget.value);
  switch (kind) {
    case 'boolean':
    case 'choice': {
      const options = kind === 'boolean' ? ['true', 'false'] : choices;
      return (
        <select {...shared} onChange={onInput}>
          <option value="">
            {byDefault === undefined ? (required ? 'choose …' : 'not given') : `default: ${byDefault}`}
          </option>
          {options.map((json) => (
            <option key={json} value={json}>
              {shownText(json)}
            </option>
          ))}
        </select>
      );
    }
    case 'json':
      return (
        <textarea
          {...shared}
          rows={Math.min(10, Math.max(2, text.split('\n').length))}
          spellcheck={false}
          placeholder={byDefault}
          onInput={onInput}
        />
      );
    case 'number':
    case 'integer':
      return (
        <input
          {...shared}
          inputMode={kind === 'integer' ? 'numeric' : 'decimal'}
          autocomplete="off"
          placeholder={byDefault}
          onInput={onInput}
        />
      );
    case 'date':
      return <input {...shared} type="date" onInput={onInput} />;
    case 'text':
      return typeof schema.maxLength === 'number' && schema.maxLength <= 200 ? (
        <input
          {...shared}
          maxLength={schema.maxLength}
          spellcheck={false}
          placeholder={byDefault}
          onInput={onInput}
        />
      ) : (
        <input {...shared} spellcheck={false} placeholder={byDefault} onInput={onInput} />
      );
  }
}

function shownText(json: string): string {
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}
