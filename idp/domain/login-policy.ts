import type { Acr } from './assurance.ts';
import type { HoursOfUse } from './hours-of-use.ts';
import type { OrganizationId } from './person.ts';

export type ClientId = string & { readonly __brand: 'ClientId' };

/** Our own pages (`/me/…`), a client of the provider like every other; it stands in no record. */
export const ownPagesId = 'kazasu-own-pages' as ClientId;

/** What a client demands of a sign-in. */
export interface LoginPolicy {
  readonly clientId: ClientId;
  readonly clientState: 'active' | 'disabled';
  /** A sign-in must reach one of these; an empty list admits nobody. */
  readonly acceptedAcr: readonly Acr[];
  /** `ours`: a fresh tap at a reader of ours that serves this client. `own`: the device reads cards itself. */
  readonly reader: 'ours' | 'own';
  /** Only people of these organisations; `any` where an installation serves one. */
  readonly organizations: readonly OrganizationId[] | 'any';
  /** The person must be in one of these; empty demands none. */
  readonly requiredGroups: readonly string[];
  /** When it lets anybody in at all; empty: always. */
  readonly hours: readonly HoursOfUse[];
  readonly tapFreshSeconds: number;
  /** How many sign-ins one tap at a reader of the client serves. */
  readonly tapUses: number;
  readonly readerClockAheadSeconds: number;
  /** How long a PIN signature lifts later taps of that card at that reader group; 0 switches it off. */
  readonly pinWindowSeconds: number;
  /** How old the newest word on a certificate's revocation may be for PIN-less use. */
  readonly maxRevocationAgeSeconds: number;
  /** For how long beyond that age a PIN-less use is still let in, with an alarm; 0 refuses. */
  readonly staleGraceSeconds: number;
  /** OCSP is asked at every use of a My Number Card, PIN or not: for unattended machines. */
  readonly ocspOnEveryUse: boolean;
}
