import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';

const encoded = /^[\w-]{1,8192}$/;
const transport = /^[a-z-]{1,20}$/;

type Fields = { readonly [name: string]: unknown };

/**
 * Reads what `PublicKeyCredential.toJSON` gave for a new passkey; only what is used is taken over.
 * @see WebAuthn Level 3 §5.1 (`RegistrationResponseJSON`)
 */
export function parseCreation(given: unknown): RegistrationResponseJSON | undefined {
  const credential = parseCredential(given);
  if (credential === undefined) return undefined;
  const { id, response } = credential;
  const [clientDataJSON, attestationObject] = [
    text(response.clientDataJSON),
    text(response.attestationObject),
  ];
  if (clientDataJSON === undefined || attestationObject === undefined) return undefined;
  const transports = (Array.isArray(response.transports) ? response.transports : []).filter(
    (one): one is string => typeof one === 'string' && transport.test(one),
  );
  return {
    ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
    response: { clientDataJSON, attestationObject, transports: transports.slice(0, 8) },
  };
}

/** The same for a sign-in. @see WebAuthn Level 3 §5.1 (`AuthenticationResponseJSON`) */
export function parseAssertion(given: unknown): AuthenticationResponseJSON | undefined {
  const credential = parseCredential(given);
  if (credential === undefined) return undefined;
  const { id, response } = credential;
  const clientDataJSON = text(response.clientDataJSON);
  const authenticatorData = text(response.authenticatorData);
  const signature = text(response.signature);
  const userHandle = text(response.userHandle);
  if (clientDataJSON === undefined || authenticatorData === undefined || signature === undefined)
    return undefined;
  return {
    ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
    response: {
      ...{ clientDataJSON, authenticatorData, signature },
      ...(userHandle === undefined ? {} : { userHandle }),
    },
  };
}

function parseCredential(given: unknown): { readonly id: string; readonly response: Fields } | undefined {
  if (!isFields(given) || !isFields(given.response)) return undefined;
  const id = text(given.id);
  if (id === undefined || id !== given.rawId || given.type !== 'public-key') return undefined;
  return { id, response: given.response };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && encoded.test(value) ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
