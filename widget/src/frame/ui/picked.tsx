import { useEffect, useState } from 'preact/hooks';
import { MOST, objection } from '../files';
import { more } from '../more';
import type { Store } from '../store';
import { uuidv7 } from '../uuid';
import { Icon } from './icons';
import './more.css';

/** The files that go with the next message; those that cannot go are named with the reason. */
export default function Picked({ store, offered }: { store: Store; offered: readonly File[] }) {
  const [problems, setProblems] = useState<string[]>([]);
  useEffect(() => {
    const found: string[] = [];
    const taken = [...store.picked.peek()];
    for (const file of offered) {
      const reason = objection(file);
      if (reason) found.push(more(reason, { name: file.name }));
      else if (taken.length === MOST) found.push(more('tooMany'));
      else taken.push({ id: uuidv7(), file });
    }
    store.picked.value = taken;
    setProblems([...new Set(found)]);
  }, [offered]);
  const remove = (id: string): void => {
    store.picked.value = store.picked.value.filter((one) => one.id !== id);
  };
  return (
    <>
      {store.picked.value.length > 0 && (
        <ul class="picked">
          {store.picked.value.map(({ id, file }) => (
            <li key={id}>
              <Icon name="clip" />
              <bdi>{file.name}</bdi>
              <button
                type="button"
                class="bare"
                aria-label={more('remove', { name: file.name })}
                onClick={() => remove(id)}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div role="alert">
        {problems.map((problem) => (
          <p key={problem} class="problem">
            {problem}
          </p>
        ))}
      </div>
    </>
  );
}
