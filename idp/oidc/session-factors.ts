import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Factor } from '../domain/factor.ts';
import { msPerSecond } from '../domain/instant.ts';
import { bestOf } from '../domain/sign-in-progress.ts';
import type { KnownClients } from '../flows/known-clients.ts';
import { acceptableAcrs } from './acceptable-acrs.ts';

type Session = NonNullable<KoaContextWithOIDC['oidc']['session']>;

/** What was proved for one client in a session: kept where the library keeps that client's part of it. */
interface Proved {
  readonly factors?: readonly Factor[];
}

/** What a session holds for a client; it was decided for that client alone. */
export function factorsIn(
  session: Pick<Session, 'authorizationFor' | 'authorizations'>,
  clientId: string,
): readonly Factor[] {
  if (session.authorizations?.[clientId] === undefined) return [];
  return (session.authorizationFor(clientId) as Proved).factors ?? [];
}

/** Keeps in a session what its person proved for a client. */
export function keepIn(session: Session, clientId: string, factors: readonly Factor[]): void {
  session.ensureClientContainer(clientId);
  Object.assign(session.authorizationFor(clientId), { factors });
}

/** What the session of an open interaction holds for its client. */
export async function factorsOfSession(
  provider: Provider,
  uid: string | undefined,
  { clientId, accountId }: { readonly clientId: string; readonly accountId: string | undefined },
): Promise<readonly Factor[]> {
  const session = uid === undefined ? undefined : await provider.Session.findByUid(uid);
  if (session === undefined || session.accountId !== accountId) return [];
  return factorsIn(session, clientId);
}

/**
 * A session speaks to each client of what was proved for that client: its acr, its methods and its time. What another
 * client was shown, at another reader, says nothing here.
 */
export function speakFor(ctx: KoaContextWithOIDC, clients: KnownClients): void {
  const { client, session, params } = ctx.oidc;
  if (client === undefined || session === undefined) return;
  const factors = factorsIn(session, client.clientId);
  const accepted = clients.find(client.clientId)?.policy.acceptedAcr ?? [];
  const { preferred, demanded } = acceptableAcrs(accepted, params ?? {});
  const best = bestOf(factors, preferred) ?? bestOf(factors, demanded) ?? factors[0];
  if (best === undefined) return;
  Object.assign(session, { acr: best.acr, amr: best.amr, loginTs: Math.floor(best.at / msPerSecond) });
}
