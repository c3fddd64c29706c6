import type { Translate } from '@/i18n';
import type { Condition } from '@/types/condition';
import { conversationStatuses, priorities } from '@/types/conversation';
import { type About, type Attribute, attributesOf, dayOf, needsValue } from './conditions';
import type { FilterChoices } from './filter-panel';

/** What can be chosen for an attribute: its value, and what people call it. */
export function choicesOf(
  attribute: Attribute,
  choices: FilterChoices,
  t: Translate,
): [string, string][] {
  const named = (list: { id: string; name: string }[]) =>
    list.map(({ id, name }): [string, string] => [id, name]);
  if (attribute.values) {
    const words: Record<string, string> = {
      true: t('conditions.yes'),
      false: t('conditions.no'),
    };
    return attribute.values.map((value) => [value, words[value] ?? value]);
  }
  switch (attribute.key) {
    case 'status':
      return conversationStatuses.map((status) => [status, t(`status.${status}`)]);
    case 'priority':
      return priorities.map((priority) => [priority, t(`priority.${priority}`)]);
    case 'assignee_id':
      return named(choices.people);
    case 'team_id':
      return named(choices.teams);
    case 'inbox_id':
      return [...choices.inboxes];
    case 'labels':
      return choices.labels.map(({ title }) => [title, title]);
    default:
      return [];
  }
}

export const attributeName = (attribute: Attribute, t: Translate): string =>
  attribute.name ?? t(`attribute.${attribute.key}`);

/** A condition as one would say it: "Status is Open, Pending". */
export function inWords(
  about: About,
  condition: Condition,
  own: Attribute[],
  choices: FilterChoices,
  t: Translate,
  locale: string,
): string {
  const attribute = [...attributesOf(about), ...own].find(
    (each) => each.key === condition.attribute_key,
  );
  const name = attribute ? attributeName(attribute, t) : condition.attribute_key;
  const operator = t(`operator.${condition.filter_operator}`);
  if (!needsValue(condition.filter_operator)) return `${name} ${operator}`;
  const known = new Map(attribute ? choicesOf(attribute, choices, t) : []);
  const isDate =
    (attribute?.kind === 'moment' || attribute?.kind === 'day') &&
    condition.filter_operator !== 'days_before';
  const values = condition.values.map((value) => {
    if (isDate)
      return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(
        new Date(`${dayOf(value)}T00:00`),
      );
    if (attribute?.kind === 'choice') return known.get(String(value)) ?? t('conditions.gone');
    return String(value);
  });
  return `${name} ${operator} ${values.join(', ')}`;
}
