/**
 * A station in its browser: makes the key that pairs it, signs the sign-in that it shows, and follows what becomes of it.
 * The key cannot be taken out (W3C Web Cryptography API, `extractable: false`) and stays in this browser's IndexedDB.
 */
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const shelf = 'pairing';

/** One step on the shelf of this origin. */
async function onShelf(mode, step) {
  const opening = indexedDB.open('kazasu-station', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(shelf);
  const database = await settled(opening);
  try {
    return await settled(step(database.transaction(shelf, mode).objectStore(shelf)));
  } finally {
    database.close();
  }
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @returns the status and the JSON of the answer; status 0: nobody answered. */
async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  } catch {
    return { status: 0, body: {} };
  }
}

function show(name) {
  for (const element of document.querySelectorAll(`[data-when="${name}"]`)) element.hidden = false;
}

function hide(name) {
  for (const element of document.querySelectorAll(`[data-when="${name}"]`)) element.hidden = true;
}

function say(name, text) {
  for (const element of document.querySelectorAll(`[data-say="${name}"]`)) element.textContent = text;
}

async function pair(form) {
  const field = form.elements.namedItem('code');
  const error = document.getElementById('code-error');
  let key;
  try {
    key = await crypto.subtle.generateKey(algorithm, false, ['sign']);
    // Before the code is used up: a browser that keeps nothing is told so while the code is still good.
    await onShelf('readwrite', (store) => store.put(key.privateKey, 'next'));
  } catch {
    return show('no-keys');
  }
  const publicKey = await crypto.subtle.exportKey('jwk', key.publicKey);
  const { status, body } = await post(form.action, { code: field.value, publicKey });
  if (status !== 200) {
    error.textContent = body.message ?? '';
    field.setAttribute('aria-invalid', 'true');
    return field.focus();
  }
  const pairing = { pairingId: body.pairingId, privateKey: key.privateKey };
  await onShelf('readwrite', (store) => store.put(pairing, 'current'));
  await onShelf('readwrite', (store) => store.delete('next'));
  say('reader', body.message);
  form.hidden = true;
  show('paired');
  document.querySelector('[data-when="paired"]').focus();
}

function startPairing(form) {
  if (globalThis.crypto?.subtle === undefined || globalThis.indexedDB === undefined) show('no-keys');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    pair(form);
  });
}

/** The bytes that the key signs: each field behind its length in octets, exactly as the provider builds them. */
function messageOf(fields) {
  const encoder = new TextEncoder();
  return encoder.encode(fields.map((field) => `${encoder.encode(field).length}:${field}\n`).join(''));
}

async function signed(privateKey, fields) {
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    privateKey,
    messageOf(fields),
  );
  return btoa(String.fromCharCode(...new Uint8Array(signature)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Set before a navigation of our own, from the click that leads to it: whoever else leaves the page gives the station free. */
let goesOn = false;

function go(url) {
  goesOn = true;
  // Its key is worth nothing any more: the sign-in page shall not lead here again.
  if (url.includes('reason=station-unpaired')) forget();
  location.replace(url);
}

function refused({ base }, { status, body }) {
  // No JSON of ours: the sign-in has ended, and its page says so.
  go(
    status !== 0 && body.error === undefined
      ? base
      : `${base}/refused?reason=${body.error ?? 'challenge-unknown'}`,
  );
}

function forget() {
  onShelf('readwrite', (store) => store.delete('current')).catch(() => undefined);
}

/** On the sign-in page: whoever has a key waits at its station. */
async function find({ base }) {
  const pairing = await onShelf('readonly', (store) => store.get('current')).catch(() => undefined);
  if (pairing !== undefined) go(base);
}

function freeWhenLeft({ base }) {
  for (const link of document.querySelectorAll('a.language')) {
    link.addEventListener('click', () => {
      goesOn = true;
    });
  }
  addEventListener('pagehide', () => {
    if (goesOn) return;
    navigator.sendBeacon(`${base}/leave`, new Blob(['{}'], { type: 'application/json' }));
  });
}

async function open(place) {
  const { base, uid, issuer } = place;
  const pairing = await onShelf('readonly', (store) => store.get('current')).catch(() => undefined);
  if (pairing === undefined) return go(`${base}/refused?reason=not-paired`);
  const { pairingId, privateKey } = pairing;
  const asked = await post(`${base}/challenge`, { pairingId });
  if (asked.status !== 200) return refused(place, asked);
  const { challenge } = asked.body;
  const signature = await signed(privateKey, ['kazasu-station-v1', issuer, pairingId, uid, challenge]);
  const opened = await post(`${base}/open`, { pairingId, challenge, signature });
  if (opened.status !== 200) return refused(place, opened);
  hide('opening');
  show('open');
  freeWhenLeft(place);
  await follow(place, {});
}

/** Asks what became of it until the answer leads on. */
async function follow(place, question) {
  for (;;) {
    const answer = await post(`${place.base}/wait`, question);
    // The person's own answer leads on, and this one tells of nothing but that.
    if (goesOn) return;
    if (answer.status === 0 || answer.status === 503) {
      show('unreachable');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      continue;
    }
    hide('unreachable');
    if (answer.status !== 200) return refused(place, answer);
    if (answer.body.next !== undefined) return go(answer.body.next);
  }
}

function confirm(place) {
  const button = (name) => document.querySelector(`[data-do="${name}"]`);
  const { base, confirmation } = place;
  button('confirm').addEventListener('click', async () => {
    button('confirm').disabled = true;
    goesOn = true;
    const answer = await post(`${base}/confirm`, { confirmation });
    if (answer.status !== 200) return refused(place, answer);
    go(answer.body.next);
  });
  button('leave').addEventListener('click', async () => {
    goesOn = true;
    await post(`${base}/leave`, {});
    go(base);
  });
  freeWhenLeft(place);
  // Another card, another window or the end of the time takes the name away.
  follow(place, { shown: true });
}

const place = document.querySelector('[data-station]');
if (place?.dataset.station === 'pair') startPairing(place);
if (place?.dataset.station === 'find') find({ ...place.dataset });
if (place?.dataset.station === 'wait') open({ ...place.dataset });
if (place?.dataset.station === 'confirm') confirm({ ...place.dataset });
