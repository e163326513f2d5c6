import type { WireEvidence } from '../idp/wire/tap-jwt.ts';
import type { CardReading } from './read-card.ts';

/** What was read, as it goes over the wire. */
export function wireEvidence(reading: Exclude<CardReading, { readonly kind: 'unsupported' }>): WireEvidence {
  if (reading.kind === 'felica') return { type: 'identifier', kind: 'felica', number: reading.idm };
  if ('serialNumber' in reading) return { type: 'identifier', kind: 'jpki', number: reading.serialNumber };
  return { type: 'certificate', certificate: base64(reading.certificate) };
}

/** A PIN-unlocked signature, with the certificate whose key made it. */
export function signatureEvidence(certificate: Uint8Array, signature: Uint8Array): WireEvidence {
  return { type: 'signature', certificate: base64(certificate), signature: base64(signature) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
