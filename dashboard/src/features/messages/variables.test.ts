import { expect, test } from 'vitest';
import { fillVariables, nameVariables } from './variables';

test('known variables are filled in, unknown ones stay for the server', () => {
  const variables = { ...nameVariables('contact', 'Maria da Silva'), 'contact.email': null };
  expect(
    fillVariables(
      'Hi {{contact.first_name}} {{ contact.last_name }}, {{contact.email}}',
      variables,
    ),
  ).toBe('Hi Maria Silva, {{contact.email}}');
  expect(fillVariables('{{toString}} {{order.id}}', variables)).toBe('{{toString}} {{order.id}}');
});

test('a name of one word has no last name, and no name has nothing', () => {
  expect(nameVariables('contact', 'Madonna')).toEqual({
    'contact.name': 'Madonna',
    'contact.first_name': 'Madonna',
  });
  expect(nameVariables('contact', null)).toEqual({});
});
