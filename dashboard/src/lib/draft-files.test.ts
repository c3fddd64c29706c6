import { expect, test } from 'vitest';
import { type Disk, DraftFiles, KEPT_BYTES, KEPT_DAYS } from './draft-files';

const ana = { userId: 'ana', accountId: 'a', conversationId: 'c' };

/** A file that says how large it is, without being it. */
function fileOf(name: string, size = 3): File {
  const file = new File(['abc'], name, { type: 'text/plain' });
  Object.defineProperty(file, 'size', { value: size });
  return file;
}

function setUp(broken = false) {
  const stored = new Map<string, { file: File; keptAt: number }>();
  const time = { now: 0 };
  const disk: Disk = {
    entries: async () => {
      if (broken) throw new DOMException('no storage', 'InvalidStateError');
      return [...stored];
    },
    set: async (key, value) => void stored.set(key, value),
    delMany: async (keys) => {
      for (const key of keys) stored.delete(key);
    },
  };
  const files = new DraftFiles(disk, () => time.now);
  const names = async (place = ana) => (await files.restore(place)).map(({ file }) => file.name);
  return { files, names, time };
}

test('files come back to the message they were added to, in order, and to nobody else', async () => {
  const { files, names } = setUp();
  await files.keep(ana, '2', fileOf('two'));
  await files.keep(ana, '1', fileOf('one'));
  expect(await names()).toEqual(['one', 'two']);
  for (const other of [
    { userId: 'an' },
    { userId: 'ben' },
    { accountId: 'b' },
    { conversationId: 'd' },
  ])
    expect(await names({ ...ana, ...other })).toEqual([]);
});

test('what was sent or taken away does not come back, even if it was only just added', async () => {
  const { files, names } = setUp();
  void files.keep(ana, '1', fileOf('one'));
  void files.keep(ana, '2', fileOf('two'));
  void files.forget(ana, ['1']);
  expect(await names()).toEqual(['two']);
});

test('nothing of a person is left when they leave, and all of their colleague', async () => {
  const { files, names } = setUp();
  const ben = { ...ana, userId: 'ben' };
  await files.keep(ana, '1', fileOf('one'));
  await files.keep({ ...ana, accountId: 'b' }, '2', fileOf('two'));
  await files.keep(ben, '3', fileOf('three'));
  await files.forgetUser('ana');
  expect(await names()).toEqual([]);
  expect(await names({ ...ana, accountId: 'b' })).toEqual([]);
  expect(await names(ben)).toEqual(['three']);
});

test('no more is kept than there is room for, and nothing for ever', async () => {
  const { files, names, time } = setUp();
  expect(await files.keep(ana, '1', fileOf('large', KEPT_BYTES - 1))).toBe(true);
  expect(await files.keep(ana, '2', fileOf('more', 2))).toBe(false);
  expect(await files.keep(ana, '3', fileOf('dot', 1))).toBe(true);
  expect(await names()).toEqual(['large', 'dot']);
  time.now = KEPT_DAYS * 86_400_000 + 1;
  expect(await names()).toEqual([]);
  expect(await files.keep(ana, '4', fileOf('again', KEPT_BYTES))).toBe(true);
});

test('without storage nothing is kept and nothing fails', async () => {
  const { files, names } = setUp(true);
  expect(await files.keep(ana, '1', fileOf('one'))).toBe(false);
  expect(await names()).toEqual([]);
  await files.forgetUser('ana');
});
