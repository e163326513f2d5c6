import type { Configuration } from 'oidc-provider';
import { Fault } from '../domain/fault.ts';
import type { PersonId } from '../domain/person.ts';
import type { OidcClient } from '../ports/clients.ts';
import type { Subjects } from '../ports/subjects.ts';

/**
 * By which subjects clients know people, in the words of the library; whoever tells clients of people needs the same.
 * @see OpenID Connect Core §8
 */
export function subjectTypes(
  subjects: Subjects,
): Pick<Configuration, 'subjectTypes' | 'pairwiseIdentifier' | 'sectorIdentifierUriValidate'> {
  return {
    subjectTypes: ['public', 'pairwise'],
    pairwiseIdentifier: (_ctx, accountId, { sectorIdentifier }) => {
      if (typeof sectorIdentifier !== 'string') {
        throw new Fault('ERR_RECORD_UNAVAILABLE', 'A client with pairwise subjects has no sector.');
      }
      return subjects.pairwise(sectorIdentifier, accountId as PersonId);
    },
    // The administrator says which clients are one sector; nobody is asked over the network.
    sectorIdentifierUriValidate: () => false,
  };
}

/** The library takes the host of this address and, as said above, never asks it. */
export function subjectMetadata({
  settings: { subject, sector },
  redirectUris: [first = ''],
}: Pick<OidcClient, 'settings' | 'redirectUris'>): object {
  if (subject === 'public') return { subject_type: 'public' };
  const host = sector ?? (URL.canParse(first) ? new URL(first).host : '');
  return { subject_type: 'pairwise', sector_identifier_uri: `https://${host}/` };
}
