import type { FlowContext } from '../../idp/flows/context.ts';
import { CrlTurn } from '../../idp/flows/crl-turn.ts';
import { DeviceGuesses } from '../../idp/flows/device-guesses.ts';
import { KnownClients } from '../../idp/flows/known-clients.ts';
import { PasswordChecks } from '../../idp/flows/password-checks.ts';
import { RevocationFreshness } from '../../idp/flows/revocation-freshness.ts';
import { TapWaits } from '../../idp/flows/tap-waits.ts';
import { createSessionEnds } from '../../idp/oidc/session-ends.ts';
import type { EmbeddedStorage } from '../../idp/storage/embedded.ts';
import { createCardNumbers } from '../../idp/storage/keys/card-numbers.ts';
import type { Keys } from '../../idp/storage/keys/key-directory.ts';
import { createSealedSecrets } from '../../idp/storage/keys/sealed-secrets.ts';
import { createSecrets } from '../../idp/storage/keys/secrets.ts';
import { createSubjects } from '../../idp/storage/keys/subjects.ts';
import { createWebAuthn } from '../../idp/webauthn/relying-party.ts';

/** What one test world has differently from another: the index, the certificates, and who says that they are revoked. */
type Particular = 'cardIndex' | 'anchors' | 'certificates' | 'ocsp' | 'crlWorker';

interface Given extends Pick<FlowContext, 'issuer' | 'clock' | 'oidcState'> {
  readonly storage: EmbeddedStorage;
  readonly keys: Keys;
}

/** Everything else of an installation as it is set up unless its administrator says otherwise; it logs nothing. */
export function usualContext({ storage, keys, ...given }: Given): Omit<FlowContext, Particular> {
  const { record, taps, tapRequests, audit, erasure } = storage;
  const base = {
    ...{ ...given, record, log: () => undefined },
    clientSecrets: createSealedSecrets(keys.clientSecretKey),
    signingKeys: keys.signing,
    subjects: createSubjects(keys.pairwiseSalt),
    clients: new KnownClients(),
    secrets: createSecrets(),
  };
  return {
    ...{ ...base, taps, tapRequests, audit, erasure },
    ldapBaseDn: 'dc=example,dc=jp',
    numbers: createCardNumbers(keys),
    webauthn: createWebAuthn(given.issuer),
    crlWithoutDistributionPointCounts: false,
    freshness: new RevocationFreshness(),
    tapWaits: new TapWaits(),
    passwords: new PasswordChecks(undefined, given.clock),
    notices: { operators: [] },
    signingKeyPlan: {
      publishSeconds: 24 * 3_600,
      useSeconds: 90 * 24 * 3_600,
      retireSeconds: 15 * 24 * 3_600,
    },
    cardOverlapSeconds: 14 * 24 * 3_600,
    sessionEnds: createSessionEnds({ ...base, taps }),
    crlPlan: { alarmSeconds: 12 * 3_600 },
    crlTurn: new CrlTurn(),
    deviceGuesses: new DeviceGuesses(given.clock),
  };
}
