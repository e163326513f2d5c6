import { toAcr } from '../domain/assurance.ts';
import { ownPagesId } from '../domain/login-policy.ts';
import { presetSettings } from '../domain/oidc-settings.ts';
import { readerClockAheadSeconds, tapFreshSeconds } from '../domain/tap.ts';
import type { OidcClient } from '../ports/clients.ts';
import type { FlowContext } from './context.ts';

/** Where a sign-in to our own pages comes back to. */
export const ownReturnPath = '/me/return';

/**
 * The client that our own pages are: who looks after passkeys and sessions has proved more than that a card lay there.
 * Its secret is nobody's: the provider and the pages are one process, and no code of it is ever redeemed.
 */
export function ownPagesClient(
  context: Pick<FlowContext, 'issuer' | 'clock' | 'secrets' | 'clientSecrets'>,
): OidcClient {
  const { issuer, clock, secrets, clientSecrets } = context;
  return {
    protocol: 'oidc',
    name: 'Kazasu',
    addedAt: clock.now(),
    redirectUris: [`${issuer}${ownReturnPath}`],
    settings: presetSettings('web'),
    sealedSecret: clientSecrets.seal(secrets.random(256), ownPagesId),
    policy: {
      clientId: ownPagesId,
      clientState: 'active',
      acceptedAcr: [toAcr('card-pin'), toAcr('passkey'), toAcr('password')],
      reader: 'ours',
      organizations: 'any',
      requiredGroups: [],
      hours: [],
      tapUses: 1,
      tapFreshSeconds,
      readerClockAheadSeconds,
      pinWindowSeconds: 0,
      maxRevocationAgeSeconds: 0,
      staleGraceSeconds: 0,
      ocspOnEveryUse: false,
    },
  };
}
