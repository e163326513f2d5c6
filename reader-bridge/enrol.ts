import { generateKeyPairSync } from 'node:crypto';
import type { JWK } from 'jose';
import { InvalidInput } from '../idp/domain/fault.ts';
import { type EnrolmentAnswer, type EnrolmentRequest, enrolPath } from '../idp/wire/enrolment.ts';
import type { Enrolment } from './bridge-state.ts';
import { callProvider } from './wire-call.ts';

/**
 * Makes this reader known to a provider with a one-time code, and a key made on the spot whose private half stays here.
 * @throws {InvalidInput} `ERR_IDP_URL`, `ERR_ENROLMENT_REFUSED`, `ERR_ENROLMENT_ANSWER`.
 * @throws {Fault} `ERR_IDP_UNREACHABLE`.
 */
export async function enrol(request: { readonly idp: string; readonly code: string }): Promise<Enrolment> {
  const idp = parseProviderUrl(request.idp);
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body: EnrolmentRequest = {
    code: request.code.trim(),
    publicKey: publicKey.export({ format: 'jwk' }) as JWK,
  };
  const answer = await callProvider<EnrolmentAnswer>({
    url: `${idp}${enrolPath}`,
    body: { type: 'application/json', text: JSON.stringify(body) },
    language: 'en',
  });
  if (answer.outcome === 'refused') {
    throw new InvalidInput('ERR_ENROLMENT_REFUSED', `The provider refused: ${answer.message}`);
  }
  return { provider: parseAnswer(answer.body, idp), privateKey: privateKey.export({ format: 'jwk' }) as JWK };
}

const loopback = /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/;

/** An issuer URL: https, or http on this machine itself. */
function parseProviderUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.test(url.hostname));
  if (url === undefined || !secure || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new InvalidInput(
      'ERR_IDP_URL',
      'Give the provider’s issuer URL, beginning with https:// (http:// is for this machine itself only).',
    );
  }
  return url.href.replace(/\/$/, '');
}

/** The provider may not send taps, or browsers, to another place than the one that was typed. */
function parseAnswer(answer: Partial<EnrolmentAnswer>, idp: string): EnrolmentAnswer {
  const { readerId, name, kind, evidence, issuer, returnUrl, challengeKeys } = answer;
  const { origin } = new URL(idp);
  if (
    typeof readerId === 'string' &&
    typeof name === 'string' &&
    (kind === 'workstation' || kind === 'station' || kind === 'device') &&
    (evidence === 'serial' || evidence === 'certificate') &&
    isUrlOf(issuer, origin) &&
    isUrlOf(returnUrl, origin) &&
    Array.isArray(challengeKeys)
  ) {
    const demonstration = answer.demonstration === true;
    return { readerId, name, kind, evidence, issuer, returnUrl, challengeKeys, demonstration };
  }
  throw new InvalidInput(
    'ERR_ENROLMENT_ANSWER',
    `The answer from ${origin} is not one of its own issuer. Use exactly the issuer URL that the provider names.`,
  );
}

function isUrlOf(text: string | undefined, origin: string): text is string {
  return typeof text === 'string' && URL.canParse(text) && new URL(text).origin === origin;
}
