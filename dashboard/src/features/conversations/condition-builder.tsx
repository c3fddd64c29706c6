import { Plus, X } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import type { Condition } from '@/types/condition';
import { attributeName, choicesOf } from './condition-words';
import {
  type About,
  type Attribute,
  askable,
  attributesOf,
  changed,
  type Definition,
  dayOf,
  emptyCondition,
  needsValue,
  ownAttributes,
  valueOfDay,
} from './conditions';
import type { FilterChoices } from './filter-panel';
import { useFilterText, useTexts } from './filter-texts';

interface ConditionBuilderProps {
  about: About;
  conditions: Condition[];
  choices: FilterChoices;
  definitions: Definition[];
  onApply: (conditions: Condition[]) => void;
  onClose: () => void;
}

const field =
  'h-9 min-w-0 rounded-md border border-edge/60 bg-surface px-2 text-meta aria-invalid:border-danger';

/** Conditions one under the other, each a sentence: what, how, which value. */
export default function ConditionBuilder({
  about,
  conditions: given,
  choices,
  definitions,
  onApply,
  onClose,
}: ConditionBuilderProps) {
  const { t } = useFilterText();
  const ready = useTexts();
  const attributes = attributesOf(about);
  const own = ownAttributes(about, definitions);
  const all = [...attributes, ...own];
  const [first] = attributes;
  const [conditions, setConditions] = useState<Condition[]>(() =>
    given.length > 0 || !first ? given : [emptyCondition(first)],
  );
  const complete = askable(conditions);

  const set = (index: number, condition: Condition) =>
    setConditions((now) => now.map((each, at) => (at === index ? condition : each)));

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (complete.length > 0) onApply(complete);
  }

  if (!ready) return null;
  return (
    <Dialog title={t('conditions.title')} wide onClose={onClose}>
      <form onSubmit={submit} className="flex min-h-0 flex-col">
        <ol className="min-h-0 space-y-2 overflow-y-auto px-5 py-3">
          {conditions.map((condition, index) => {
            const attribute = all.find((each) => each.key === condition.attribute_key);
            return (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: a condition is its place in the sentence
                key={index}
                className="items-start gap-2 max-sm:space-y-2 sm:grid sm:grid-cols-[4rem_11rem_10rem_1fr_auto]"
              >
                {index === 0 ? (
                  <span className="max-sm:hidden" />
                ) : (
                  <select
                    aria-label={t('conditions.joined')}
                    value={conditions[index - 1]?.query_operator ?? 'and'}
                    onChange={(event) => {
                      const before = conditions[index - 1];
                      if (before)
                        set(index - 1, {
                          ...before,
                          query_operator: event.target.value === 'or' ? 'or' : 'and',
                        });
                    }}
                    className={`${field} max-sm:block`}
                  >
                    <option value="and">{t('conditions.and')}</option>
                    <option value="or">{t('conditions.or')}</option>
                  </select>
                )}
                {/* Where there is no room beside each other, what belongs together is in one frame. */}
                <div className="grid grid-cols-[1fr_auto] gap-2 max-sm:rounded-lg max-sm:border max-sm:border-border max-sm:p-2 sm:contents">
                  <select
                    aria-label={t('conditions.attribute')}
                    value={condition.attribute_key}
                    onChange={(event) => {
                      const next = all.find((each) => each.key === event.target.value);
                      if (next) set(index, changed(condition, next));
                    }}
                    className={field}
                  >
                    {!attribute && (
                      <option value={condition.attribute_key}>{condition.attribute_key}</option>
                    )}
                    {attributes.map((each) => (
                      <option key={each.key} value={each.key}>
                        {attributeName(each, t)}
                      </option>
                    ))}
                    {own.length > 0 && (
                      <optgroup label={t('conditions.own')}>
                        {own.map((each) => (
                          <option key={each.key} value={each.key}>
                            {attributeName(each, t)}
                          </option>
                        ))}
                      </optgroup>
                    )}
                  </select>
                  <select
                    aria-label={t('conditions.operator')}
                    value={condition.filter_operator}
                    onChange={(event) =>
                      attribute && set(index, changed(condition, attribute, event.target.value))
                    }
                    className={`${field} max-sm:col-span-2`}
                  >
                    {(attribute?.operators ?? []).map((operator) => (
                      <option key={operator} value={operator}>
                        {t(`operator.${operator}`)}
                      </option>
                    ))}
                  </select>
                  <div className="min-w-0 max-sm:col-span-2 max-sm:empty:hidden">
                    {attribute && needsValue(condition.filter_operator) && (
                      <ValueField
                        attribute={attribute}
                        condition={condition}
                        options={choicesOf(attribute, choices, t)}
                        onChange={(values) => set(index, { ...condition, values })}
                      />
                    )}
                  </div>
                  <button
                    type="button"
                    aria-label={t('conditions.remove', { number: index + 1 })}
                    onClick={() => setConditions((now) => now.filter((_, at) => at !== index))}
                    className="flex size-9 items-center justify-center rounded-md text-muted hover:bg-hover max-sm:col-start-2 max-sm:row-start-1"
                  >
                    <X aria-hidden="true" size={15} />
                  </button>
                </div>
              </li>
            );
          })}
        </ol>
        <div className="flex flex-wrap items-center gap-2 border-border border-t px-5 py-3 sm:py-4">
          <Button
            size="md"
            look="quiet"
            onClick={() => first && setConditions((now) => [...now, emptyCondition(first)])}
          >
            <Plus aria-hidden="true" size={15} />
            {t('conditions.add')}
          </Button>
          {conditions.some((each) => each.query_operator === 'or') && conditions.length > 2 && (
            <span className="text-chip text-muted max-sm:order-first max-sm:w-full">
              {t('conditions.precedence')}
            </span>
          )}
          <Button
            type="submit"
            size="md"
            look="primary"
            className="ms-auto"
            disabled={complete.length === 0}
          >
            {t('conditions.apply')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function ValueField({
  attribute,
  condition,
  options,
  onChange,
}: {
  attribute: Attribute;
  condition: Condition;
  options: [string, string][];
  onChange: (values: Condition['values']) => void;
}) {
  const { t } = useFilterText();
  const id = useId();
  const { values } = condition;
  const label = t('conditions.value');
  if (attribute.kind === 'choice') {
    const chosen = values.map(String);
    const left = options.filter(([value]) => !chosen.includes(value));
    return (
      <div className="flex flex-wrap items-center gap-1.5">
        {chosen.map((value) => {
          const name = options.find(([each]) => each === value)?.[1] ?? t('conditions.gone');
          return (
            <span
              key={value}
              className="inline-flex h-7 min-w-0 items-center gap-0.5 rounded-full bg-accent-tint ps-2.5 pe-0.5 text-chip"
            >
              <bdi className="min-w-0 truncate">{name}</bdi>
              <button
                type="button"
                aria-label={t('conditions.removeValue', { value: name })}
                onClick={() => onChange(chosen.filter((each) => each !== value))}
                className="flex size-6 shrink-0 items-center justify-center rounded-full hover:bg-hover"
              >
                <X aria-hidden="true" size={12} />
              </button>
            </span>
          );
        })}
        {left.length > 0 && (
          <select
            id={id}
            aria-label={label}
            value=""
            onChange={(event) => onChange([...chosen, event.target.value])}
            className={`${field} w-full flex-1 basis-32`}
          >
            <option value="">
              {t(chosen.length > 0 ? 'conditions.addValue' : 'conditions.choose')}
            </option>
            {left.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        )}
      </div>
    );
  }
  const isDays = condition.filter_operator === 'days_before';
  const isDate = !isDays && (attribute.kind === 'moment' || attribute.kind === 'day');
  return (
    <input
      aria-label={isDays ? t('conditions.days') : label}
      type={isDate ? 'date' : isDays || attribute.kind === 'number' ? 'number' : 'text'}
      {...(isDays && { min: 0, step: 1 })}
      {...(attribute.kind === 'number' && { step: 'any' })}
      dir="auto"
      value={isDate ? dayOf(values[0]) : String(values[0] ?? '')}
      onChange={({ target }) => {
        const value = isDate ? valueOfDay(target.value, attribute.kind) : target.value;
        onChange(value === '' ? [] : [value]);
      }}
      className={`${field} w-full`}
    />
  );
}
