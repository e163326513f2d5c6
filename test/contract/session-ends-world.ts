import type { ClientId } from '../../idp/domain/login-policy.ts';
import { presetSettings } from '../../idp/domain/oidc-settings.ts';
import type { Person } from '../../idp/domain/person.ts';
import type { OidcClient } from '../../idp/ports/clients.ts';
import type { OidcState } from '../../idp/ports/oidc-state.ts';
import type { EmbeddedStorage } from '../../idp/storage/embedded.ts';
import { organization, person } from '../idp/storage/support/storage-world.ts';

export { start } from '../idp/storage/support/storage-world.ts';

const clientId = 'kintai' as ClientId;

const client: OidcClient = {
  protocol: 'oidc',
  name: 'Kintai',
  policy: {
    ...{
      clientId,
      clientState: 'active',
      acceptedAcr: [],
      reader: 'ours',
      organizations: 'any',
      requiredGroups: [],
    },
    ...{
      hours: [],
      tapUses: 1,
      tapFreshSeconds: 30,
      readerClockAheadSeconds: 5,
      pinWindowSeconds: 0,
      maxRevocationAgeSeconds: 0,
    },
    ...{ staleGraceSeconds: 0, ocspOnEveryUse: false },
  },
  addedAt: 0,
  redirectUris: [],
  backchannelLogout: { uri: 'https://kintai.example/logout', sessionRequired: true },
  settings: presetSettings('web'),
  sealedSecret: '',
};

/** Somebody with one session at one client that wants to be told. */
export async function addSignedIn(storage: EmbeddedStorage, uid = 'tanaka'): Promise<Person> {
  const holder = person(uid);
  await storage.record.change(async (tables) => {
    await tables.organizations.add(organization);
    await tables.clients.add(client);
    await tables.people.put(holder);
  });
  await signIn(storage.oidcState, holder.personId);
  return holder;
}

/** What a sign-in leaves in the state, as `oidc-provider` would keep it. */
export async function signIn(oidcState: OidcState, accountId: string): Promise<void> {
  const grantId = `card-1.grant-of-${accountId}`;
  const authorizations = { [clientId]: { sid: `sid-of-${accountId}`, grantId } };
  const session = { kind: 'Session', jti: `session-of-${accountId}`, uid: `uid-of-${accountId}` };
  const given = { accountId, clientId, grantId };
  await Promise.all(
    [
      { ...session, accountId, authorizations },
      { kind: 'Grant', jti: grantId, accountId, clientId },
      { kind: 'RefreshToken', jti: `refresh-of-${accountId}`, ...given },
      { kind: 'AccessToken', jti: `access-of-${accountId}`, ...given },
    ].map((entry) => oidcState.upsert(entry.kind, entry.jti, entry, 3_600)),
  );
}
