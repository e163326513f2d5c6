// Lets a browser make or use a passkey for the form of this page, and leads on to where the service says.
const form = document.querySelector('form[data-passkey]');
const button = form.querySelector('button');
const alerts = document.getElementById('passkey-alert');
const status = document.getElementById('passkey-status');

/** Puts an explanation where a screen reader speaks it at once. */
function explain({ what, next }) {
  const first = document.createElement('p');
  first.className = 'notice-what';
  first.textContent = what;
  const second = document.createElement('p');
  second.textContent = next;
  const notice = document.createElement('div');
  notice.className = 'notice';
  notice.append(first, second);
  alerts.replaceChildren(notice);
}

function trouble(name) {
  explain(JSON.parse(form.dataset.troubles)[name]);
}

async function send(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  });
  return answer.json();
}

function fields() {
  return Object.fromEntries(new FormData(form));
}

/** The options of this page, or those that the service gives for what was typed. */
function options() {
  const { options, optionsFrom } = form.dataset;
  return optionsFrom === undefined ? { options: JSON.parse(options) } : send(optionsFrom, fields());
}

function ask(json) {
  return form.dataset.passkey === 'get'
    ? navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(json) })
    : navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(json) });
}

async function run() {
  const offered = await options();
  if (offered.options === undefined) return offered;
  const credential = await ask(offered.options);
  return send(form.getAttribute('action'), { ...fields(), response: credential.toJSON() });
}

function nameOf(error) {
  if (error instanceof DOMException) {
    if (error.name === 'InvalidStateError') return 'known-here';
    return error.name === 'NotAllowedError' || error.name === 'AbortError' ? 'cancelled' : 'not-supported';
  }
  return 'unreachable';
}

async function start() {
  if (button.disabled || !form.reportValidity()) return;
  if (typeof globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON !== 'function') {
    return trouble('not-supported');
  }
  button.disabled = true;
  alerts.replaceChildren();
  status.textContent = form.dataset.working;
  try {
    const answer = await run();
    if (answer.location !== undefined) return location.assign(answer.location);
    if (answer.options !== undefined) form.dataset.options = JSON.stringify(answer.options);
    explain(answer);
  } catch (error) {
    trouble(nameOf(error));
  }
  status.textContent = '';
  button.disabled = false;
  button.focus();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  start();
});
if (form.dataset.start !== undefined) start();
