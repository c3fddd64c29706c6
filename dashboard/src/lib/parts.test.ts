import { expect, test, vi } from 'vitest';
import { loadPart } from './parts';

const missing = () => Promise.reject(new TypeError('Failed to fetch'));
const page = (lastReload: number) => ({
  reachable: async () => {},
  lastReload: () => lastReload,
  reload: vi.fn<() => void>(),
});

test('a part that can be fetched is handed over', async () => {
  const here = page(0);
  expect(await loadPart(async () => 'part', here)).toBe('part');
  expect(here.reload).not.toHaveBeenCalled();
});

test('a part that is missing loads the page again', async () => {
  const here = page(0);
  void loadPart(missing, here);
  await vi.waitFor(() => expect(here.reload).toHaveBeenCalledOnce());
});

test('a part that is still missing after that is an error', async () => {
  const here = page(Date.now() - 5000);
  await expect(loadPart(missing, here)).rejects.toThrow('Failed to fetch');
  expect(here.reload).not.toHaveBeenCalled();
});
