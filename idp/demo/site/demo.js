// Sends a form without leaving the page, shows the way of the tap step by step, and keeps up with other windows.
const announcement = document.getElementById('announcement');
let busy = false;
/** The number of the last act that this page asked for and shows to its end. */
let shown = 0;

document.documentElement.classList.add('scripted');

document.addEventListener('submit', (event) => {
  const form = event.target.closest('form.act');
  if (!form) return;
  event.preventDefault();
  if (!busy) send(form, event.submitter);
});

async function send(form, button) {
  busy = true;
  const tile = form.closest('.tile');
  tile?.classList.add('holding');
  button.setAttribute('aria-disabled', 'true');
  document.querySelector('.way').setAttribute('aria-busy', 'true');
  const fields = new URLSearchParams(new FormData(form, button));
  try {
    const [page] = await Promise.all([
      fetch(form.action, { method: 'POST', body: fields }).then(readPage),
      pause(tile ? 450 : 0),
    ]);
    show(page, { reveal: true, focusId: button.id });
  } catch {
    // The demonstration ended, or another answer than a page came: the plain way says what it is.
    location.reload();
  } finally {
    busy = false;
  }
}

async function readPage(response) {
  if (!response.ok) throw new TypeError(`answered ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), 'text/html');
}

function show(page, { reveal, focusId }) {
  for (const part of ['.story', '.way']) {
    document.querySelector(part).replaceWith(page.querySelector(part));
  }
  const way = document.querySelector('.way');
  if (reveal) {
    shown = Number(way.querySelector('[data-act]')?.dataset.act);
    way.classList.add('revealing');
    announcement.textContent = document.getElementById('verdict')?.textContent ?? '';
    (document.getElementById(focusId) ?? way).focus({ preventScroll: true });
    if (way.getBoundingClientRect().top > innerHeight * 0.7) way.scrollIntoView({ block: 'start' });
  }
}

function pause(ms) {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  return new Promise((resolve) => setTimeout(resolve, still ? 0 : ms));
}

let refreshing;
new EventSource('/demo/events').addEventListener('message', ({ data }) => {
  if (busy || Number(data) <= shown) return;
  clearTimeout(refreshing);
  refreshing = setTimeout(async () => {
    if (busy) return;
    const focused = document.activeElement?.id;
    show(await fetch(location.href).then(readPage), { reveal: false });
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }, 150);
});
