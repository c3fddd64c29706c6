import type { Condition } from '@/types/condition';

const equality = ['equal_to', 'not_equal_to'] as const;
const presence = ['is_present', 'is_not_present'] as const;
const containment = ['contains', 'does_not_contain'] as const;
const times = ['is_greater_than', 'is_less_than', 'days_before'] as const;

export type Operator =
  | (typeof equality)[number]
  | (typeof presence)[number]
  | (typeof containment)[number]
  | (typeof times)[number];

/** `moment` is a time of the database, `day` a date without a time. */
export type Kind = 'choice' | 'text' | 'number' | 'moment' | 'day';

export interface Attribute {
  key: string;
  kind: Kind;
  operators: readonly Operator[];
  /** The name of an account's own field; what every account has is named by its key. */
  name?: string;
  /** The values of an account's own list or checkbox. */
  values?: readonly string[];
}

/** A field that an account added, as far as a filter needs it. */
export interface Definition {
  attribute_model: string;
  attribute_key: string;
  display_name: string;
  display_type: 'text' | 'number' | 'currency' | 'percent' | 'link' | 'date' | 'list' | 'checkbox';
  list_values: string[];
}

/** What a filter is about. */
export type About = 'conversation' | 'contact';

/** What every account can ask about a conversation. The database is the judge. */
const ofConversations: readonly Attribute[] = [
  { key: 'status', kind: 'choice', operators: equality },
  { key: 'assignee_id', kind: 'choice', operators: [...equality, ...presence] },
  { key: 'inbox_id', kind: 'choice', operators: equality },
  { key: 'team_id', kind: 'choice', operators: [...equality, ...presence] },
  { key: 'priority', kind: 'choice', operators: equality },
  { key: 'labels', kind: 'choice', operators: [...equality, ...presence] },
  { key: 'created_at', kind: 'moment', operators: times },
  { key: 'last_activity_at', kind: 'moment', operators: times },
  { key: 'display_id', kind: 'number', operators: [...equality, ...containment] },
  { key: 'mail_subject', kind: 'text', operators: [...containment, ...equality] },
  { key: 'referer', kind: 'text', operators: [...containment, ...equality] },
  { key: 'browser_language', kind: 'text', operators: equality },
  { key: 'conversation_language', kind: 'text', operators: equality },
  { key: 'country_code', kind: 'text', operators: equality },
  { key: 'campaign_id', kind: 'text', operators: [...equality, ...presence] },
];

const written = [...containment, ...equality, ...presence] as const;
const ofContacts: readonly Attribute[] = [
  { key: 'name', kind: 'text', operators: written },
  { key: 'email', kind: 'text', operators: written },
  { key: 'phone_number', kind: 'text', operators: written },
  { key: 'company_name', kind: 'text', operators: written },
  { key: 'country_code', kind: 'text', operators: [...equality, ...presence] },
  { key: 'city', kind: 'text', operators: written },
  { key: 'labels', kind: 'choice', operators: [...equality, ...presence] },
  { key: 'blocked', kind: 'choice', operators: equality, values: ['true', 'false'] },
  { key: 'created_at', kind: 'moment', operators: times },
  { key: 'last_activity_at', kind: 'moment', operators: times },
  { key: 'identifier', kind: 'text', operators: written },
];

/** What every account can ask. */
export const attributesOf = (about: About): readonly Attribute[] =>
  about === 'contact' ? ofContacts : ofConversations;

const ofType: Record<Definition['display_type'], Pick<Attribute, 'kind' | 'operators'>> = {
  date: { kind: 'day', operators: [...times, ...presence] },
  number: { kind: 'number', operators: [...equality, ...presence] },
  currency: { kind: 'number', operators: [...equality, ...presence] },
  percent: { kind: 'number', operators: [...equality, ...presence] },
  list: { kind: 'choice', operators: [...equality, ...presence] },
  checkbox: { kind: 'choice', operators: [...equality, ...presence] },
  link: { kind: 'text', operators: [...equality, ...presence] },
  text: { kind: 'text', operators: [...containment, ...equality, ...presence] },
};

/** The account's own fields as attributes. */
export const ownAttributes = (about: About, definitions: Definition[]): Attribute[] =>
  definitions
    .filter((definition) => definition.attribute_model === `${about}_attribute`)
    .map(({ attribute_key: key, display_name: name, display_type: type, list_values }) => ({
      key,
      name,
      ...ofType[type],
      ...(type === 'list' && { values: list_values }),
      ...(type === 'checkbox' && { values: ['true', 'false'] }),
    }));

export const needsValue = (operator: string): boolean =>
  !(presence as readonly string[]).includes(operator);

/** A condition about this attribute, to be filled in. */
export const emptyCondition = (attribute: Attribute): Condition => ({
  attribute_key: attribute.key,
  filter_operator: attribute.operators[0] ?? 'equal_to',
  values: [],
  query_operator: 'and',
});

/** The same condition about another attribute or by another operator; what does not fit is left out. */
export function changed(
  condition: Condition,
  attribute: Attribute,
  operator: string = condition.filter_operator,
): Condition {
  const fitting = attribute.operators.find((each) => each === operator) ?? attribute.operators[0];
  const kept =
    attribute.key === condition.attribute_key &&
    needsValue(operator) &&
    (operator === 'days_before') === (condition.filter_operator === 'days_before');
  return {
    ...condition,
    attribute_key: attribute.key,
    filter_operator: fitting ?? 'equal_to',
    values: kept ? condition.values : [],
  };
}

const isComplete = (condition: Condition): boolean =>
  !needsValue(condition.filter_operator) ||
  (condition.values.length > 0 && condition.values.every((value) => value !== ''));

/** What can be asked: conditions that are filled in, joined to the next one, the last to nothing. */
export function askable(conditions: Condition[]): Condition[] {
  const complete = conditions.filter(isComplete);
  return complete.map((condition, index) => ({
    ...condition,
    values: needsValue(condition.filter_operator) ? condition.values : [],
    query_operator: index === complete.length - 1 ? null : (condition.query_operator ?? 'and'),
  }));
}

export const sameConditions = (a: Condition[], b: Condition[]): boolean =>
  JSON.stringify(askable(a)) === JSON.stringify(askable(b));

const two = (number: number): string => String(number).padStart(2, '0');

/** The day of a value in the reader's calendar, as a date field takes it. */
export function dayOf(value: string | undefined): string {
  const text = value ?? '';
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return text;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return '';
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The beginning of a day: a moment where the database keeps moments, else the day itself. */
export function valueOfDay(day: string, kind: Kind): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return kind === 'moment' && day ? new Date(year, month - 1, date).toISOString() : day;
}
