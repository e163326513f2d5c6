import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { actor } from '../domain/registration.ts';
import type { FlowContext } from '../flows/context.ts';
import type { KnownClients } from '../flows/known-clients.ts';
import type { OidcPayload } from '../ports/oidc-state.ts';
import { settingsOfRequest } from './client-settings.ts';

type Parts = Pick<FlowContext, 'audit' | 'clock' | 'log'>;

/**
 * A refresh token is good once and brings the next one, so that a stolen one shows. Not where FAPI 2.0 holds: there it is
 * bound to the client's key, and a new one each time would only be lost on the way.
 * @see RFC 9700 §4.14.2; FAPI 2.0 Security Profile §5.3.2.1
 */
export function rotates(clients: KnownClients): (ctx: KoaContextWithOIDC) => boolean {
  return (ctx) => !settingsOfRequest(clients, ctx).fapi2;
}

/** Notes every used code or refresh token that comes again: the library has ended the whole family by then. */
export function reportReuse(provider: Provider, parts: Parts): void {
  provider.on('grant.revoked', ({ oidc }) => {
    if (oidc.route !== 'token') return;
    const { RefreshToken, AuthorizationCode } = oidc.entities;
    const used = RefreshToken ?? AuthorizationCode;
    if (used === undefined) return;
    noteReuse(parts, { kind: used.kind, accountId: used.accountId, clientId: used.clientId });
  });
}

/** @see RFC 6749 §4.1.2 and §10.4 */
export function noteReuse({ audit, clock, log }: Parts, { kind, accountId, clientId }: OidcPayload): void {
  const written = audit.append({
    at: clock.now(),
    type: 'client.token-reused',
    actor: actor('client', String(clientId)),
    subject: String(accountId),
    details: { what: kind === 'RefreshToken' ? 'refresh token' : 'code', client: String(clientId) },
  });
  written.catch(() => log('a code or token that came again could not be noted'));
}
