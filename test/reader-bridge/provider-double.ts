import { createHash, createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK } from 'jose';
import { consentText, currentConsent } from '../../idp/domain/consent.ts';
import { proofMessage } from '../../idp/domain/proof-message.ts';
import { type Challenge, signChallenge } from '../../idp/wire/challenge.ts';
import type { EnrolmentAnswer } from '../../idp/wire/enrolment.ts';
import {
  type RegistrationOffer,
  type RegistrationRequestClaims,
  receiveRegistrationRequest,
} from '../../idp/wire/registration.ts';
import { receiveTap, type TapClaims } from '../../idp/wire/tap-jwt.ts';

/** A provider that checks what the wire says and decides nothing: for tests of the bridge alone. */
export interface ProviderDouble {
  readonly url: string;
  readonly taps: TapClaims[];
  readonly registrations: RegistrationRequestClaims[];
  /** Browsers that came back, by their query. */
  readonly returns: string[];
  /** What `/taps` answers next instead of keeping the tap. */
  refuseWith: { readonly status: number; readonly body: string } | undefined;
  offer: Partial<RegistrationOffer>;
  readerKind: EnrolmentAnswer['kind'];
  readerEvidence: EnrolmentAnswer['evidence'];
  answerOverrides: Partial<EnrolmentAnswer>;
  challenge(overrides?: Partial<Challenge>, lifetimeSeconds?: number): Promise<string>;
  /** Makes a new key for challenges, which bridges must come and ask for. */
  rotateChallengeKey(): void;
  close(): Promise<void>;
}

export const enrolmentCode = 'ENROL-ME-ONCE';
export const inviteCode = 'INVITATION-0001';

function challengeKey(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid } as JWK };
}

export async function startProviderDouble(): Promise<ProviderDouble> {
  let key = challengeKey('one');
  let readerKey: JWK | undefined;
  const server = createServer((request, response) => {
    handle(request)
      .then(({ status = 200, body }) => {
        response.writeHead(status, {
          'content-type': typeof body === 'string' ? 'text/html' : 'application/json',
        });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      })
      .catch((error: unknown) => {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: 'double', message: String(error) }));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;

  const double: ProviderDouble = {
    url,
    taps: [],
    registrations: [],
    returns: [],
    refuseWith: undefined,
    offer: {},
    readerKind: 'workstation',
    readerEvidence: 'certificate',
    answerOverrides: {},
    challenge: (overrides = {}, lifetimeSeconds = 180) => {
      const issuedAt = Math.floor(Date.now() / 1000);
      const challenge: Challenge = {
        nonce: randomBytes(32).toString('base64url'),
        purpose: 'login',
        demand: 'tap',
        clientName: 'Attendance <kiosk>',
        uiLocale: 'en',
        ...overrides,
      };
      return signChallenge(challenge, key.privateKey, {
        kid: key.kid,
        issuer: url,
        issuedAt,
        lifetimeSeconds,
      });
    },
    rotateChallengeKey: () => {
      key = challengeKey('two');
    },
    close: async () => {
      if (!server.listening) return;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function handle(request: IncomingMessage): Promise<{ status?: number; body: unknown }> {
    const { pathname, search } = new URL(request.url ?? '/', url);
    const body = await text(request);
    if (pathname === '/readers/enrol') return enrol(JSON.parse(body));
    if (pathname === '/readers/keys') return { body: { keys: [key.jwk] } };
    if (pathname === '/taps') return keepTap(body);
    if (pathname === '/registrations') return beginRegistration(body);
    if (pathname === '/registrations/registration-1/proof') return prove(body);
    if (pathname === '/interaction/return') {
      double.returns.push(search);
      return { body: '<!doctype html><title>back</title><h1>Back at the provider</h1>' };
    }
    return { status: 404, body: '<h1>no such page</h1>' };
  }

  function enrol({ code, publicKey }: { readonly code: string; readonly publicKey: JWK }) {
    if (code !== enrolmentCode) {
      return { status: 403, body: { error: 'enrolment-code', message: 'Ask for a new code.' } };
    }
    readerKey = publicKey;
    const answer: EnrolmentAnswer = {
      readerId: 'reader-1',
      name: 'Front desk',
      kind: double.readerKind,
      evidence: double.readerEvidence,
      issuer: url,
      returnUrl: `${url}/interaction/return`,
      challengeKeys: [key.jwk],
      demonstration: false,
      ...double.answerOverrides,
    };
    return { body: answer };
  }

  async function keepTap(token: string) {
    if (double.refuseWith !== undefined) return double.refuseWith;
    const tap = await receiveTap(token).open(requireKey(), url);
    double.taps.push(tap);
    return {
      body: { outcome: 'kept', ...(tap.nonce === undefined ? {} : { returnCode: `code-for-${tap.nonce}` }) },
    };
  }

  async function beginRegistration(token: string) {
    const claims = await receiveRegistrationRequest(token).open(requireKey(), url);
    double.registrations.push(claims);
    if (claims.inviteCode !== inviteCode) {
      return { status: 403, body: { error: 'invitation-unknown', message: 'Ask for a new invitation.' } };
    }
    const offer: RegistrationOffer = {
      registrationId: 'registration-1',
      personId: 'person-1',
      displayName: '山田 花子',
      organization: '試験市',
      consent: currentConsent,
      consentSha256: createHash('sha256').update(consentText(currentConsent)).digest('hex'),
      nonce: 'n'.repeat(43),
      expiresAt: new Date(Date.now() + 300_000).toISOString(),
      ...double.offer,
    };
    return { status: 201, body: offer };
  }

  async function prove(token: string) {
    double.taps.push(await receiveTap(token).open(requireKey(), url));
    return { status: 202, body: { registrationId: 'registration-1', state: 'pending' } };
  }

  function requireKey(): JWK {
    if (readerKey === undefined) throw new Error('no reader has enrolled');
    return readerKey;
  }

  return double;
}

/** Whether a tap's evidence is a signature by its own certificate over the message that the claims make. */
export function signatureVerifies(
  tap: TapClaims,
  purpose: 'login' | 'registration',
  offer?: RegistrationOffer,
): boolean {
  if (tap.evidence.type !== 'signature') return false;
  const certificate = `-----BEGIN CERTIFICATE-----\n${tap.evidence.certificate}\n-----END CERTIFICATE-----\n`;
  const message = proofMessage({
    purpose,
    issuer: tap.aud,
    readerId: tap.iss,
    nonce: tap.nonce ?? '',
    issuedAtSeconds: tap.iat,
    ...(offer === undefined
      ? {}
      : {
          registration: {
            registrationId: offer.registrationId,
            personId: offer.personId,
            consentSha256: offer.consentSha256,
          },
        }),
  });
  const signature = Buffer.from(tap.evidence.signature, 'base64');
  const key = createPublicKey(certificate);
  return key.asymmetricKeyType === 'ec'
    ? verify('sha384', message, { key, dsaEncoding: 'ieee-p1363' }, signature)
    : verify('sha256', message, key, signature);
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
