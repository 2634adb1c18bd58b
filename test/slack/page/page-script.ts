/** The page's script: shows what the event stream brings, and sends clicks and messages. */
export const pageScript = `
const timeline = document.querySelector('#timeline');
const viewer = document.querySelector('#viewer');
const link = document.querySelector('#link');
const dialog = document.querySelector('dialog');
const composer = document.querySelector('.composer form');
const target = document.querySelector('.target');
const toast = document.querySelector('#toast');
const channel = document.body.dataset.channel;
const busy = new Set();
let thread;
let stream;
let toastTimer;

const keyOf = ({ ts, block, action }) => [ts, block, action].join(' ');

function markBusy() {
  for (const button of timeline.querySelectorAll('.button')) button.classList.toggle('busy', busy.has(keyOf(button.dataset)));
}

function complain(text) {
  toast.textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (toast.textContent = ''), 6000);
}

async function send(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-stand-in-page': '1' },
    body: JSON.stringify({ as: viewer.value, channel, ...body }),
  });
  return response.json();
}

function watch() {
  stream?.close();
  stream = new EventSource('/_page/stream?' + new URLSearchParams({ channel, as: viewer.value }));
  stream.onmessage = ({ data }) => {
    const view = JSON.parse(data);
    const page = document.scrollingElement;
    const atEnd = page.scrollHeight - page.scrollTop - page.clientHeight < 80;
    timeline.innerHTML = view.timeline;
    link.textContent = view.link;
    markBusy();
    if (atEnd) page.scrollTop = page.scrollHeight;
  };
  stream.onerror = () => (link.textContent = 'the stand-in is not reachable');
}

function confirmed(button) {
  if (!button.dataset.confirm) return Promise.resolve(true);
  const { title, text, confirm, deny, style } = JSON.parse(button.dataset.confirm);
  dialog.querySelector('h2').textContent = title.text;
  dialog.querySelector('p').textContent = text.text;
  const [no, yes] = dialog.querySelectorAll('button');
  no.textContent = deny.text;
  yes.textContent = confirm.text;
  yes.className = style ?? 'primary';
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}

const problems = {
  'timed-out': 'The app did not answer within 3 seconds.',
  rejected: 'The app refused the click.',
  unreachable: 'The app could not be reached.',
  'no-transport': 'No app is connected.',
  'no-button': 'This button is no longer there.',
};

async function click(button) {
  const { ts, block, action } = button.dataset;
  if (!(await confirmed(button))) return;
  const key = keyOf(button.dataset);
  busy.add(key);
  markBusy();
  try {
    const { outcome } = await send('/_page/click', { ts, blockId: block, actionId: action });
    if (problems[outcome]) complain(problems[outcome]);
  } catch {
    complain('The stand-in is not reachable.');
  } finally {
    busy.delete(key);
    markBusy();
  }
}

function replyTo(ts) {
  thread = ts;
  target.hidden = !ts;
  if (ts) composer.text.focus();
}

timeline.addEventListener('click', (event) => {
  const button = event.target.closest('.button');
  if (button) {
    if (button.tagName === 'A' && button.dataset.confirm) event.preventDefault();
    void click(button);
  }
  const reply = event.target.closest('.reply');
  if (reply) replyTo(reply.dataset.thread);
});
target.querySelector('button').addEventListener('click', () => replyTo(undefined));
composer.addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = composer.text.value.trim();
  if (!text) return;
  composer.text.value = '';
  await send('/_page/say', { text, threadTs: thread }).catch(() => complain('The stand-in is not reachable.'));
});
composer.text.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});
const remembered = localStorage.getItem('viewer');
if ([...viewer.options].some(({ value }) => value === remembered)) viewer.value = remembered;
viewer.addEventListener('change', () => {
  localStorage.setItem('viewer', viewer.value);
  watch();
});
watch();
`;
