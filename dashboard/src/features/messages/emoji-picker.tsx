import { type KeyboardEvent, useRef, useState } from 'react';
import { useTranslation } from '@/i18n';

/** What people in support write; screen readers know each by its own name. */
const GROUPS = {
  faces:
    '😀 😃 😄 😁 😅 😂 🙂 🙃 😉 😊 😇 🥰 😍 😘 😋 😜 🤔 🤗 🤭 🫡 😐 😬 🙄 😌 😴 🥳 😎 🤓 😕 🙁 😮 😳 🥺 😢 😭 😤 😡 🤯 😱 🤒 🤷',
  hands: '👍 👎 👌 🤞 ✌️ 🤝 👏 🙌 🙏 👋 💪 👉 👈 👆 👇 ✋ 🫶 ✍️ 👀 🧑‍💻',
  things:
    '❤️ 🧡 💛 💚 💙 💜 🖤 💔 ✨ 🎉 🎁 🏆 🔥 ⭐ 🌟 💡 📌 📎 📦 🚚 🛒 💳 🧾 💰 📧 📞 📱 💻 🖨️ 🔑 🔒 🔧 ⚙️ 📅 ⏰ ⏳ 📈 📉 🗂️ 📝 ☕ 🍀 🌍 🐞 🚀',
  signs: '✅ ☑️ ❌ ⚠️ ❓ ❗ ℹ️ 🆕 🆗 🔴 🟠 🟡 🟢 🔵 ➡️ ⬅️ ⬆️ ⬇️ 🔁 ©️',
} as const;

const COLUMNS = 9;

/** A small board of emoji; arrows move, Enter chooses. */
export default function EmojiPicker({ onChoose }: { onChoose: (emoji: string) => void }) {
  const { t } = useTranslation();
  const board = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(0);
  let place = -1;

  function onKeyDown(event: KeyboardEvent): void {
    const sideways = document.documentElement.dir === 'rtl' ? -1 : 1;
    const step = {
      ArrowRight: sideways,
      ArrowLeft: -sideways,
      ArrowDown: COLUMNS,
      ArrowUp: -COLUMNS,
    }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = board.current?.querySelectorAll('button') ?? [];
    const next = Math.min(buttons.length - 1, Math.max(0, focused + step));
    setFocused(next);
    buttons[next]?.focus();
  }

  return (
    <div
      ref={board}
      role="toolbar"
      aria-label={t('composer.emoji')}
      onKeyDown={onKeyDown}
      className="max-h-72 w-[19.5rem] overflow-y-auto p-2"
    >
      {Object.entries(GROUPS).map(([group, signs]) => (
        <section key={group} aria-label={t(`emoji.${group}`)} className="mb-1">
          <h3 className="px-1 py-1 font-medium text-chip text-muted">{t(`emoji.${group}`)}</h3>
          <div className="grid grid-cols-9">
            {signs.split(' ').map((sign) => {
              place += 1;
              const mine = place;
              return (
                <button
                  key={sign}
                  type="button"
                  tabIndex={mine === focused ? 0 : -1}
                  onFocus={() => setFocused(mine)}
                  onClick={() => onChoose(sign)}
                  className="flex size-8 items-center justify-center rounded-md text-[1.125rem] hover:bg-hover"
                >
                  {sign}
                </button>
              );
            })}
          </div>
        </section>
      ))}
    </div>
  );
}
