/**
 * A door whose program reads the cards itself: it signs each tap by its reader's key, and hands it in for tokens.
 *
 *   ISSUER=https://idp.example.jp node docs/examples/tap-grant.ts enrol CODE      (once: the code of `reader add`)
 *   ISSUER=… CLIENT_ID=… CLIENT_SECRET=… node docs/examples/tap-grant.ts tap felica 0123456789ABCDEF
 *
 * The kind is `jpki` (the serial number of the certificate, in hex), `felica` (IDm) or `uid`. STATE is the file with the
 * reader's key; whoever has it can say that somebody was at this door.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import * as client from 'openid-client';

const { ISSUER = 'http://localhost:3000', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;
const { STATE = 'door-reader.json' } = process.env;

interface State {
  readonly readerId: string;
  readonly key: JWK;
  /** The count of the last tap: it only ever rises, also across a restart. */
  readonly counter: number;
}

async function enrol(code: string): Promise<void> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const response = await fetch(`${ISSUER}/readers/enrol`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, publicKey: await exportJWK(publicKey) }),
  });
  if (!response.ok) throw new Error(`the code was not taken: ${response.status} ${await response.text()}`);
  const { readerId } = (await response.json()) as { readerId: string };
  keep({ readerId, key: await exportJWK(privateKey), counter: 0 });
  console.log(`enrolled as reader ${readerId}`);
}

async function signedTap(kind: string, number: string): Promise<string> {
  const { counter: before, ...state } = JSON.parse(readFileSync(STATE, 'utf8')) as State;
  const counter = before + 1;
  // Before it goes out: a count that was used must never come again.
  keep({ ...state, counter });
  return new SignJWT({ counter, evidence: { type: 'identifier', kind, number } })
    .setProtectedHeader({ alg: 'ES256', typ: 'tap+jwt' })
    .setIssuer(state.readerId)
    .setAudience(ISSUER)
    .setIssuedAt()
    .setJti(randomUUID())
    .sign(await importJWK(state.key, 'ES256'));
}

async function tap(kind: string, number: string): Promise<void> {
  const config = await client.discovery(
    new URL(ISSUER),
    CLIENT_ID,
    undefined,
    client.ClientSecretBasic(CLIENT_SECRET),
    // Only for a provider on this machine.
    ISSUER.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {},
  );
  const assertion = await signedTap(kind, number);
  try {
    const tokens = await client.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:jwt-bearer', {
      assertion,
      scope: 'openid profile',
    });
    const claims = tokens.claims();
    console.log(`open for ${claims?.sub}, ${claims?.acr}`);
  } catch (error) {
    if (!(error instanceof client.ResponseBodyError)) throw error;
    // invalid_grant says why in its description: unknown-card, card-expired, person-suspended, tap-replayed, …
    console.log(`stays shut: ${error.error} ${error.error_description ?? ''}`);
    process.exitCode = 1;
  }
}

/** In one step, so that no crash leaves half a file. */
function keep(state: State): void {
  writeFileSync(`${STATE}.new`, JSON.stringify(state), { mode: 0o600, flush: true });
  renameSync(`${STATE}.new`, STATE);
}

const [command, ...words] = process.argv.slice(2);
if (command === 'enrol') await enrol(words[0] ?? '');
else if (command === 'tap') await tap(words[0] ?? '', words[1] ?? '');
else throw new Error('enrol CODE, or tap KIND NUMBER');
