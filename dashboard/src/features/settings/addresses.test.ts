import { expect, test } from 'vitest';
import { readAddresses } from './addresses';

test('addresses are read however they are separated, each once', () => {
  expect(
    readAddresses(
      'Ana@example.com, ben@example.com;\n\tana@EXAMPLE.com\r\ncy@example.com dee@example.com',
    ),
  ).toEqual({
    addresses: ['ana@example.com', 'ben@example.com', 'cy@example.com', 'dee@example.com'],
    others: [],
  });
});

test('names before an address in brackets are no addresses', () => {
  expect(
    readAddresses(
      'Ana Lima <ana@example.com>, "Berg, Ben" <ben@example.com>\n<mailto:cy@example.com>',
    ),
  ).toEqual({ addresses: ['ana@example.com', 'ben@example.com', 'cy@example.com'], others: [] });
});

test('what cannot be an address is told apart', () => {
  const long = `${'a'.repeat(250)}@example.com`;
  expect(readAddresses(`ana@, ben@localhost @example.com cy@example.com ${long}`)).toEqual({
    addresses: ['cy@example.com'],
    others: ['ana@', 'ben@localhost', '@example.com', long],
  });
  expect(readAddresses(' \n,;')).toEqual({ addresses: [], others: [] });
});
