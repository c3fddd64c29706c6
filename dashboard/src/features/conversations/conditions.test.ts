import { describe, expect, it } from 'vitest';
import type { Condition } from '@/types/condition';
import {
  askable,
  attributesOf,
  changed,
  type Definition,
  dayOf,
  emptyCondition,
  ownAttributes,
  sameConditions,
  valueOfDay,
} from './conditions';

const condition = (key: string, operator: string, ...values: Condition['values']): Condition => ({
  attribute_key: key,
  filter_operator: operator,
  values,
  query_operator: 'or',
});
const attribute = (key: string) => {
  const found = attributesOf('conversation').find((each) => each.key === key);
  if (!found) throw new Error(`no attribute ${key}`);
  return found;
};

describe('askable', () => {
  it('leaves out what is not filled in, and joins the last one to nothing', () => {
    expect(
      askable([
        condition('status', 'equal_to', 'open'),
        condition('labels', 'equal_to'),
        condition('team_id', 'is_present', 'left over'),
        condition('mail_subject', 'contains', ''),
      ]),
    ).toEqual([
      condition('status', 'equal_to', 'open'),
      { ...condition('team_id', 'is_present'), query_operator: null },
    ]);
  });

  it('is nothing without conditions', () => expect(askable([])).toEqual([]));
});

describe('changed', () => {
  it('keeps values while they fit', () => {
    const status = condition('status', 'equal_to', 'open');
    expect(changed(status, attribute('status'), 'not_equal_to').values).toEqual(['open']);
    expect(changed(status, attribute('priority')).values).toEqual([]);
    const created = condition('created_at', 'is_less_than', '2026-11-20T00:00:00.000Z');
    expect(changed(created, attribute('created_at'), 'days_before').values).toEqual([]);
    expect(
      changed(condition('team_id', 'equal_to', 'a'), attribute('team_id'), 'is_present').values,
    ).toEqual([]);
  });

  it('takes the first operator where the old one means nothing', () => {
    const about = changed(condition('status', 'equal_to', 'open'), attribute('created_at'));
    expect(about.filter_operator).toBe('is_greater_than');
  });
});

it('offers only operators that the attribute has', () => {
  for (const each of [...attributesOf('conversation'), ...attributesOf('contact')])
    expect(each.operators).toContain(emptyCondition(each).filter_operator);
});

it('reads an account’s own fields of what the filter is about, by their type', () => {
  const definition = (
    display_type: Definition['display_type'],
    attribute_model = 'conversation_attribute',
  ): Definition => ({
    attribute_model,
    attribute_key: display_type,
    display_name: display_type,
    display_type,
    list_values: ['a', 'b'],
  });
  const own = ownAttributes('conversation', [
    definition('date'),
    definition('percent'),
    definition('list'),
    definition('checkbox'),
    definition('text', 'contact_attribute'),
  ]);
  expect(own.map(({ key, kind, values }) => [key, kind, values])).toEqual([
    ['date', 'day', undefined],
    ['percent', 'number', undefined],
    ['list', 'choice', ['a', 'b']],
    ['checkbox', 'choice', ['true', 'false']],
  ]);
  expect(
    ownAttributes('contact', [definition('date'), definition('text', 'contact_attribute')]),
  ).toHaveLength(1);
});

it('keeps days as the reader’s calendar has them', () => {
  expect(dayOf(valueOfDay('2026-03-29', 'moment'))).toBe('2026-03-29');
  expect(valueOfDay('2026-03-29', 'day')).toBe('2026-03-29');
  expect(dayOf(undefined)).toBe('');
  expect(valueOfDay('', 'moment')).toBe('');
});

it('does not mind what makes no difference', () => {
  expect(
    sameConditions(
      [condition('status', 'equal_to', 'open')],
      [{ ...condition('status', 'equal_to', 'open'), query_operator: null }],
    ),
  ).toBe(true);
});
