import { useRef, useState } from 'preact/hooks';
import { type Field, type Problem, problemOf } from '../fields';
import { more } from '../more';
import { START } from './focus';
import './more.css';

const PROBLEMS = {
  required: 'errorRequired',
  email: 'errorEmail',
  phone: 'errorPhone',
  number: 'errorNumber',
  link: 'errorLink',
  pattern: 'errorPattern',
} as const satisfies Record<Problem, string>;

const AUTOCOMPLETE: Record<string, string> = { email: 'email', tel: 'tel', fullName: 'name' };

const INPUTS: Record<string, 'email' | 'tel' | 'date' | 'url'> = {
  email: 'email',
  tel: 'tel',
  date: 'date',
  link: 'url',
};

/** Questions, checked before they are answered; the first wrong one gets the keyboard. */
export function Form(props: {
  id: string;
  fields: readonly Field[];
  action: string;
  busy?: boolean;
  /** The keyboard starts here when the screen opens. */
  start?: boolean;
  onSubmit: (values: Record<string, string>) => void;
}) {
  const { id, fields, action, busy, start, onSubmit } = props;
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(fields.map(({ name, initial }) => [name, initial])),
  );
  const [problems, setProblems] = useState<Record<string, Problem>>({});

  const submit = (event: Event): void => {
    event.preventDefault();
    const found: Record<string, Problem> = {};
    for (const field of fields) {
      const problem = problemOf(field, values[field.name] ?? '');
      if (problem) found[field.name] = problem;
    }
    setProblems(found);
    const wrong = fields.findIndex(({ name }) => found[name]);
    if (wrong < 0) onSubmit(values);
    else form.current?.querySelector<HTMLElement>(`[data-field="${wrong}"]`)?.focus();
  };

  return (
    <form class="form" ref={form} noValidate onSubmit={submit}>
      {fields.map((field, index) => {
        const { name, patternError } = field;
        const problem = problems[name];
        const errorId = `${id}-${index}-error`;
        return (
          <div key={name} class={field.type === 'checkbox' ? 'field tick' : 'field'}>
            <label for={`${id}-${index}`}>
              <bdi>{field.label || name}</bdi>
              {!field.required && <small> ({more('optional')})</small>}
            </label>
            <Control
              field={field}
              value={values[name] ?? ''}
              onValue={(value) => {
                setValues({ ...values, [name]: value });
                const { [name]: _, ...left } = problems;
                setProblems(left);
              }}
              attributes={{
                id: `${id}-${index}`,
                'data-field': index,
                'aria-invalid': problem !== undefined,
                'aria-required': field.required,
                'aria-describedby': problem ? errorId : undefined,
                ...(start && index === 0 ? START : {}),
              }}
            />
            {problem && (
              <p id={errorId} class="problem" role="alert">
                {problem === 'pattern' && patternError ? patternError : more(PROBLEMS[problem])}
              </p>
            )}
          </div>
        );
      })}
      <button type="submit" class="primary center" disabled={busy}>
        {action}
      </button>
    </form>
  );
}

function Control(props: {
  field: Field;
  value: string;
  onValue: (value: string) => void;
  attributes: Record<string, unknown>;
}) {
  const { field, value, onValue, attributes } = props;
  const common = { ...attributes, placeholder: field.placeholder || undefined };
  switch (field.type) {
    case 'select':
    case 'list':
      return (
        <select {...attributes} value={value} onChange={(e) => onValue(e.currentTarget.value)}>
          <option value="">{more('choose')}</option>
          {field.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      );
    case 'checkbox':
      return (
        <input
          {...attributes}
          type="checkbox"
          checked={value === 'true'}
          onChange={(event) => onValue(event.currentTarget.checked ? 'true' : '')}
        />
      );
    case 'text_area':
    case 'textarea':
      return (
        <textarea
          {...common}
          rows={3}
          dir="auto"
          maxLength={10_000}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      );
    default: {
      const latin = ['email', 'tel', 'link', 'number'].includes(field.type);
      return (
        <input
          {...common}
          // Preact's types want the kind of input to be known when this is written.
          {...({ type: INPUTS[field.type] ?? 'text' } as object)}
          {...(field.type === 'number' && { inputMode: 'decimal' })}
          autocomplete={AUTOCOMPLETE[field.type] ?? AUTOCOMPLETE[field.name] ?? 'off'}
          dir={latin ? 'ltr' : 'auto'}
          maxLength={1_000}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      );
    }
  }
}
