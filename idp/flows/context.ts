import type { CrlPlan } from '../domain/crl-schedule.ts';
import type { Instant } from '../domain/instant.ts';
import type { SigningKeyPlan } from '../domain/signing-key.ts';
import type { Anchors } from '../ports/anchors.ts';
import type { AuditTrail } from '../ports/audit-trail.ts';
import type { CardIndex } from '../ports/card-index.ts';
import type { CardNumbers } from '../ports/card-numbers.ts';
import type { Clock } from '../ports/clock.ts';
import type { CrlWorker } from '../ports/crl-worker.ts';
import type { Erasure } from '../ports/erasure.ts';
import type { CertificateVerifier, OcspClient } from '../ports/jpki.ts';
import type { NoticeRoutes } from '../ports/notices.ts';
import type { OidcState } from '../ports/oidc-state.ts';
import type { PeopleAtHand } from '../ports/people-search.ts';
import type { SealedSecrets } from '../ports/sealed-secrets.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { SigningKeys } from '../ports/signing-keys.ts';
import type { Subjects } from '../ports/subjects.ts';
import type { SystemRecord } from '../ports/system-record.ts';
import type { TapRequests } from '../ports/tap-requests.ts';
import type { Taps } from '../ports/taps.ts';
import type { WebAuthn } from '../ports/webauthn.ts';
import type { CrlTurn } from './crl-turn.ts';
import type { DeviceGuesses } from './device-guesses.ts';
import type { SessionEnds } from './end-sessions.ts';
import type { KnownClients } from './known-clients.ts';
import type { PasswordChecks } from './password-checks.ts';
import type { RevocationFreshness } from './revocation-freshness.ts';
import type { TapWaits } from './tap-waits.ts';

/** Everything that the flows act on; `compose.ts` makes the one that runs. Each flow names the parts it needs. */
export interface FlowContext {
  /** The provider's issuer URL: the audience of taps and part of every signed message. */
  readonly issuer: string;
  /** Where the LDAP façade's tree begins: part of every bind DN we hand out. */
  readonly ldapBaseDn: string;
  readonly clock: Clock;
  readonly record: SystemRecord;
  readonly cardIndex: CardIndex;
  readonly taps: Taps;
  /** What waits for a tap at a device's reader. */
  readonly tapRequests: TapRequests;
  readonly webauthn: WebAuthn;
  /** Absent where the record is on another machine. */
  readonly peopleAtHand?: PeopleAtHand;
  readonly tapWaits: TapWaits;
  readonly audit: AuditTrail;
  readonly oidcState: OidcState;
  readonly numbers: CardNumbers;
  readonly secrets: Secrets;
  readonly clientSecrets: SealedSecrets;
  readonly signingKeys: SigningKeys;
  readonly signingKeyPlan: SigningKeyPlan;
  /** By which clients know people whom they must not join up. */
  readonly subjects: Subjects;
  readonly anchors: Anchors;
  readonly certificates: CertificateVerifier;
  readonly ocsp: OcspClient;
  readonly crlWorker: CrlWorker;
  /** Configuration says that lists without a distribution point speak for every card of their issuer key. */
  readonly crlWithoutDistributionPointCounts: boolean;
  readonly clients: KnownClients;
  readonly freshness: RevocationFreshness;
  /** Of people, asked of the directory above. */
  readonly passwords: PasswordChecks;
  readonly notices: NoticeRoutes;
  readonly erasure: Erasure;
  /** For how long an older card works on beside the one that takes its place. */
  readonly cardOverlapSeconds: number;
  readonly sessionEnds: SessionEnds;
  readonly crlPlan: CrlPlan;
  readonly crlTurn: CrlTurn;
  /** Unknown card numbers, by device account and address. */
  readonly deviceGuesses: DeviceGuesses;
  /** One line for the operator; never a secret or a card number. */
  readonly log: (line: string) => void;
}

/** Epoch milliseconds `seconds` after `from`. */
export function after(from: Instant, seconds: number): Instant {
  return from + seconds * 1_000;
}
