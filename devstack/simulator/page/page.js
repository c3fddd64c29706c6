// One customer at a time, on one channel at a time; the control API does the rest.

const $ = (id) => document.getElementById(id);
const PEOPLE = ['Mia Stone', 'Omar Haddad', 'Luíza Prado'];
const REACTION = '👍';
const state = { businesses: [], business: null, person: PEOPLE[0], chat: null, replyTo: null };

async function ask(path, body) {
  const answer = await fetch(
    path,
    body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    },
  );
  const given = await answer.json();
  if (!answer.ok) throw new Error(given.message ?? `HTTP ${answer.status}`);
  return given;
}

function say(text) {
  $('status').textContent = text;
}

async function attempt(work) {
  try {
    say('');
    return await work();
  } catch (error) {
    say(error.message);
    return null;
  }
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function where() {
  const { channel, address } = state.business;
  return { channel, address };
}

async function play(kind, more = {}) {
  const answer = await attempt(() =>
    ask('/control/inbound', { ...where(), person: state.person, kind, ...more }),
  );
  const refused = answer?.statuses.filter((status) => status < 200 || status > 299) ?? [];
  if (refused.length > 0) say(`The webhook was answered with ${refused.join(', ')}.`);
  return answer !== null;
}

// What is on the screen.

function drawChannels() {
  $('channels').replaceChildren(
    ...state.businesses.map((business) => {
      const current = business === state.business;
      const button = element('button', { type: 'button', textContent: business.title });
      button.setAttribute('aria-current', String(current));
      button.addEventListener('click', () => choose(business));
      return element('li', {}, button);
    }),
  );
}

function can(ability) {
  return state.business.abilities.includes(ability);
}

function act(label, name, work) {
  const button = element('button', { type: 'button', textContent: label });
  button.setAttribute('aria-label', name);
  button.addEventListener('click', work);
  return button;
}

function drawFile(file) {
  if (file.content_type.startsWith('image/')) {
    return element('img', { src: file.url, alt: file.name });
  }
  return element('p', {}, element('a', { href: file.url, textContent: file.name }));
}

function drawMessage(message) {
  const mine = message.by === 'customer';
  const item = element('li', { className: message.by });
  const id = message.id;
  item.append(...message.files.map(drawFile));
  if (message.deleted) item.append(element('p', {}, element('em', { textContent: 'Deleted' })));
  else if (message.text) item.append(element('p', { textContent: message.text, dir: 'auto' }));
  const taps = message.buttons.map((button) =>
    act(button.label, button.label, () => play('press', { message_id: id, value: button.value })),
  );
  if (taps.length > 0) item.append(element('div', { className: 'taps' }, ...taps));
  const reactions = Object.values(message.reactions).join(' ');
  if (reactions) item.append(element('p', { className: 'reactions', textContent: reactions }));
  const time = new Date(message.at * 1000).toLocaleTimeString([], { timeStyle: 'short' });
  const notes = [time, message.edited && 'edited', message.status].filter(Boolean);
  item.append(element('p', { className: 'time', textContent: notes.join(' · ') }));
  const acts = [];
  if (can('react')) {
    const on = message.reactions.customer;
    const label = on ? 'Take back the reaction' : 'React';
    acts.push(
      act(REACTION, label, () => play('reaction', { message_id: id, emoji: on ? '' : REACTION })),
    );
  }
  if (mine && can('edit') && message.text)
    acts.push(act('Edit', 'Edit this message', () => edit(message)));
  if (!mine) acts.push(act('Reply', 'Reply to this message', () => reply(message)));
  if (!mine && can('bounce') && message.status !== 'bounced') {
    acts.push(act('Bounce', 'Send this mail back', () => play('bounce', { message_id: id })));
  }
  if (acts.length > 0) item.append(element('div', { className: 'acts' }, ...acts));
  return item;
}

function drawChat() {
  const scroller = $('scroller');
  const atEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 40;
  $('log').replaceChildren(...state.chat.messages.map(drawMessage));
  if (atEnd) toEnd();
}

function toEnd() {
  $('scroller').scrollTop = $('scroller').scrollHeight;
}

function edit(message) {
  const text = window.prompt('The message shall say', message.text);
  if (text?.trim()) play('edit', { message_id: message.id, text: text.trim() });
}

function reply(message) {
  state.replyTo = message?.id ?? null;
  $('replying').hidden = message === null;
  if (message !== null) {
    $('replying').firstElementChild.textContent = `Reply to “${message.text.slice(0, 60)}” `;
    $('text').focus();
  }
}

// What happens.

async function choose(business) {
  state.business = business;
  drawChannels();
  $('with').textContent = `Your chat on ${business.title}`;
  $('composer').hidden = false;
  document.querySelector('.file').hidden = !can('photo');
  $('subject-row').hidden = !can('subject');
  reply(null);
  await refresh();
  toEnd();
}

async function refresh() {
  if (!state.business) return;
  const query = new URLSearchParams({ ...where(), person: state.person });
  const chat = await attempt(() => ask(`/control/chat?${query}`));
  if (chat === null) return;
  state.chat = chat;
  drawChat();
  const unread = chat.messages.some(
    (one) => one.by === 'business' && ['sent', 'delivered'].includes(one.status),
  );
  if (unread && can('read') && $('receipts').checked && document.visibilityState === 'visible') {
    await play('read');
  }
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result.split(',')[1]));
    reader.addEventListener('error', () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}

async function send(event) {
  event.preventDefault();
  const text = $('text').value.trim();
  const [file] = $('photo').files;
  if (!text && !file) return;
  const files = file
    ? [{ name: file.name, content_type: file.type, data: await base64(file) }]
    : [];
  const subject = can('subject') ? $('subject').value : undefined;
  const by = can('subject') ? $('way').value : undefined;
  const more = { text, files, subject, by, reply_to: state.replyTo ?? undefined };
  if (await play('message', more)) {
    $('text').value = '';
    $('photo').value = '';
    $('picked').hidden = true;
    reply(null);
    toEnd();
  }
}

async function drawFaults() {
  const faults = await ask('/control/faults');
  $('faults').replaceChildren(
    ...faults.map((one) =>
      element('li', {
        textContent: `${one.channel}: ${one.kind}, ${one.count ?? 'until withdrawn'}`,
      }),
    ),
  );
}

async function order(event) {
  event.preventDefault();
  if (!state.business) return;
  const kind = $('kind').value;
  const retry = kind === '429' ? { retry_after: 10 } : {};
  await attempt(() => ask('/control/faults', { ...where(), kind, ...retry }));
  await drawFaults();
}

$('composer').addEventListener('submit', send);
$('fault').addEventListener('submit', order);
$('behave').addEventListener('click', async () => {
  await fetch('/control/faults', { method: 'DELETE' });
  await drawFaults();
});
$('no-reply').addEventListener('click', () => reply(null));
$('text').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) send(event);
});
$('photo').addEventListener('change', () => {
  const [file] = $('photo').files;
  $('picked').hidden = !file;
  $('picked').textContent = file ? `With ${file.name}` : '';
});
$('who').addEventListener('submit', (event) => {
  event.preventDefault();
  state.person = $('person').value.trim() || PEOPLE[0];
  $('person').value = state.person;
  reply(null);
  refresh();
});
document.addEventListener('visibilitychange', refresh);
$('scroller').tabIndex = 0; // it scrolls, so the keyboard has to reach it

$('person').value = state.person;
$('people').append(...PEOPLE.map((value) => element('option', { value })));
state.businesses = (await attempt(() => ask('/control/businesses'))) ?? [];
drawChannels();
if (state.businesses.length > 0) await choose(state.businesses[0]);
await drawFaults();

new EventSource('/control/events').addEventListener('message', (event) => {
  const news = JSON.parse(event.data);
  const here = state.business && news.channel === state.business.channel;
  if (here && news.address === state.business.address) refresh();
  drawFaults();
});
