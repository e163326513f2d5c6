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

const place = document.querySelector('[data-station]');
if (place?.dataset.station === 'pair') startPairing(place);
