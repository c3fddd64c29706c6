import './more.css';

const EMOJI =
  '😀 😃 😄 😁 😅 😂 🙂 😉 😊 😍 😘 😜 🤔 😐 🙄 😴 😟 😢 😭 😡 😱 🤗 🙏 👍 👎 👏 🙌 💪 👋 👌 ✌️ 🤝 ❤️ 💙 💚 🔥 ✨ 🎉 ⭐ ✅ ❌ ❓ ❗ 💡 📦 🚚 ☕ 🌍';

/** A small choice of pictures for the text; the keyboard of most systems has all of them. */
export default function Emoji({ onPick }: { onPick: (emoji: string) => void }) {
  return (
    <div class="emoji">
      {EMOJI.split(' ').map((emoji) => (
        <button key={emoji} type="button" onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  );
}
