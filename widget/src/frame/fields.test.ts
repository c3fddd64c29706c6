import { describe, expect, it } from 'vitest';
import { type Field, problemOf, readFields } from './fields';

function field(raw: object): Field {
  return readFields([{ name: 'x', ...raw }])[0] as Field;
}

describe('a form', () => {
  it('leaves out what is switched off or has no name', () => {
    expect(readFields([{ name: 'a', enabled: false }, { label: 'b' }, null, 'c'])).toEqual([]);
    expect(readFields(null)).toEqual([]);
  });

  it('reads options of either shape', () => {
    expect(field({ type: 'select', values: ['S', 'M'] }).options).toEqual([
      { label: 'S', value: 'S' },
      { label: 'M', value: 'M' },
    ]);
    expect(
      field({ type: 'select', options: [{ label: 'Small', value: 's' }, {}] }).options,
    ).toEqual([{ label: 'Small', value: 's' }]);
  });

  it('knows the standard fields', () => {
    expect(field({ name: 'emailAddress', type: 'text' }).type).toBe('email');
    expect(field({ name: 'phoneNumber', type: 'text' }).type).toBe('tel');
  });
});

describe('an answer', () => {
  it.each([
    [{ required: true }, ' ', 'required'],
    [{}, '', null],
    [{ type: 'email' }, 'kim@', 'email'],
    [{ type: 'email' }, 'kim@example.com', null],
    [{ name: 'phoneNumber' }, '+351 912 345-678', null],
    [{ name: 'phoneNumber' }, '912345678', 'phone'],
    [{ type: 'number' }, 'twelve', 'number'],
    [{ type: 'link' }, 'javascript:alert(1)', 'link'],
    [{ type: 'checkbox', required: true }, 'false', 'required'],
    [{ regex_pattern: '/^ab+$/i' }, 'ABB', null],
    [{ pattern: '^ab+$' }, 'ac', 'pattern'],
    [{ pattern: '(' }, 'anything', null],
  ])('%j %j is %j', (raw, value, problem) => {
    expect(problemOf(field(raw), value)).toBe(problem);
  });
});
