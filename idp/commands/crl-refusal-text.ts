import type { CrlRefusal } from '../ports/jpki.ts';

/** What is wrong with a list and what to do, for whoever fetches or carries it. */
const words: { readonly [reason in CrlRefusal]: string } = {
  malformed: 'it is no list, or damaged: fetch it again',
  'trailing-bytes': 'something stands behind its end, it was changed or is damaged: fetch it again',
  'issuer-unknown':
    'its issuer is not among the CA certificates trusted here, see `kazasu anchors list`; a new one: kazasu anchors add FILE',
  'signature-invalid':
    'its signature does not hold, it was changed or is damaged: fetch it again, and ask whoever runs the source if that does not help',
  'algorithm-not-in-profile':
    'it is signed in a way that is not accepted here: ask the issuer whether this changed',
  'not-yet-valid':
    'its date lies in the future: is the clock of this machine right? If so, ask whoever runs the source',
  expired: 'its next update is past: fetch it again. Is the clock of this machine right?',
  'crl-number-missing': 'it has no number, so that nobody can tell which list is newer: ask the issuer',
  'crl-number-went-back': 'it is older than the list that was applied last: fetch the present one',
  'crl-number-reused':
    'another list had that number already: one of the two is not the issuer’s. Fetch it again, then ask the issuer',
  'delta-list': 'it tells changes only (a delta list), and whole ones are needed: fetch the whole one',
  'indirect-list':
    'it speaks for several issuers (an indirect list), which is not accepted: fetch that of the cards’ issuer',
  'unknown-critical-extension':
    'it says something that has to be understood and is not known here: ask the issuer, and look for a newer version of this program',
  'partial-list':
    'it tells of some reasons or some kinds of certificates only, and would pass for a whole one: fetch the whole one',
  'distribution-point-mismatch':
    'it is of another distribution point than was asked for: ask whoever runs the source',
};

/** The sentence, with the code that the audit trail has; an unknown code speaks for itself. */
export function crlRefusalText(reason: string): string {
  return isKnown(reason) ? `${words[reason]} (${reason})` : reason;
}

function isKnown(reason: string): reason is CrlRefusal {
  return Object.hasOwn(words, reason);
}
