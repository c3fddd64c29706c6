import { expect, test } from 'vitest';
import {
  buttonsOf,
  missingFields,
  piecesOf,
  type Template,
  templateParams,
  templateText,
} from './templates';

const template: Template = {
  id: '1',
  name: 'order',
  language: 'en',
  category: 'utility',
  status: 'approved',
  reason: null,
  components: [
    { type: 'HEADER', format: 'IMAGE' },
    { type: 'BODY', text: 'Hello {{1}}, {{ 2 }} comes on {{day}}.' },
    { type: 'FOOTER', text: 'Fernweh' },
    {
      type: 'BUTTONS',
      buttons: [
        { type: 'QUICK_REPLY', text: 'Thanks' },
        { type: 'URL', text: 'Track' },
      ],
    },
  ],
  fields: [
    { part: 'header', kind: 'image' },
    { part: 'body', kind: 'text', name: '1' },
    { part: 'body', kind: 'text', name: '2' },
    { part: 'body', kind: 'text', name: 'day' },
    { part: 'buttons', kind: 'url', name: 'Track', index: 1 },
  ],
};
const values = {
  'header.image': 'beans.jpg',
  'body.1': ' Mia ',
  'body.2': '{{day}}',
  'body.day': 'Monday\n morning',
  'buttons.1': 'FC-1',
};

test('the preview keeps the braces of what is still open', () => {
  expect(piecesOf('body', 'Hello {{1}}, {{ 2 }}!', { 'body.1': 'Mia' })).toEqual([
    { text: 'Hello ', variable: false },
    { text: 'Mia', variable: true },
    { text: ', ', variable: false },
    { text: '{{ 2 }}', variable: true },
    { text: '!', variable: false },
  ]);
});

test('a value that looks like a variable is a value', () => {
  expect(templateText(template, values)).toBe(
    'Hello Mia, {{day}} comes on Monday morning.\n\nFernweh',
  );
  expect(buttonsOf(template)).toEqual(['Thanks', 'Track']);
});

test('values go where the template has them', () => {
  expect(templateParams(template, values)).toEqual({
    name: 'order',
    language: 'en',
    processed_params: {
      header: {},
      body: { '1': 'Mia', '2': '{{day}}', day: 'Monday\n morning' },
      buttons: [{}, { parameter: 'FC-1' }],
    },
  });
});

test('a file by its address goes along, an upload is the attachment', () => {
  const link = 'https://fernweh.example/beans.jpg';
  const params = templateParams(template, { ...values, 'header.image': link });
  expect(params.processed_params.header).toEqual({ media_url: link });
});

test('blanks are no value', () => {
  expect(missingFields(template, values)).toEqual([]);
  expect(
    missingFields(template, { ...values, 'body.1': '  ', 'buttons.1': '' }).map(({ part }) => part),
  ).toEqual(['body', 'buttons']);
});
