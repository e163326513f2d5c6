import type { OidcSettings } from '../domain/oidc-settings.ts';
import type { OidcClient } from '../ports/clients.ts';

/** A client's settings as machines are shown them: keys by their ids alone, they are long. */
export interface ShownSettings extends Omit<OidcSettings, 'keys'> {
  readonly id: string;
  readonly name: string;
  readonly redirectUris: readonly string[];
  readonly keys?: { readonly uri: string } | { readonly kids: readonly string[] };
}

export function shownSettings({ name, policy, redirectUris, settings }: OidcClient): ShownSettings {
  const { keys, ...rest } = settings;
  const common = { id: policy.clientId, name, redirectUris, ...rest };
  if (keys === undefined) return common;
  if (keys.from === 'uri') return { ...common, keys: { uri: keys.uri } };
  return { ...common, keys: { kids: keys.keys.map(({ kid, kty }) => String(kid ?? kty)) } };
}

/** For people, one thing a line. */
export function settingsText(shown: ShownSettings): string {
  const { lifetimes, groups, scopes } = shown;
  const yes = (is: boolean) => (is ? 'yes' : 'no');
  const lines: readonly (readonly [string, string])[] = [
    ['preset', shown.preset],
    ['redirect URIs', shown.redirectUris.join(' ') || 'none'],
    ['grants', shown.grants.map((grant) => grant.split(':').at(-1)).join(' ') || 'none'],
    ['shows itself by', shown.authentication],
    ...keyLines(shown),
    ['requests', requestsText(shown)],
    ['PKCE', shown.demandsPkce ? 'demanded' : 'not demanded'],
    ['tokens bound by', shown.senderConstraint],
    ['FAPI 2.0', yes(shown.fapi2)],
    ['ID token signed by', shown.idTokenAlg],
    ['access token', `${lifetimes.accessTokenSeconds} s`],
    ['ID token', `${lifetimes.idTokenSeconds} s`],
    ['refreshes for', `${lifetimes.refreshTokenSeconds} s after a sign-in`],
    ['sign-in counts for', `${lifetimes.sessionSeconds} s`],
    ['subject', shown.sector === undefined ? shown.subject : `${shown.subject}, sector ${shown.sector}`],
    ['own identifier in', shown.identifierClaim],
    ['scopes', scopes === 'any' ? 'any' : ['openid', ...scopes].join(' ')],
    [
      'groups',
      groups === 'all' ? 'all' : [...groups.names, ...groups.prefixes.map((one) => `${one}*`)].join(' '),
    ],
    ['claims in ID token', yes(shown.claimsInIdToken)],
    ['asks for consent', yes(shown.consent)],
  ];
  return [shown.name, ...lines.map(([what, how]) => `  ${what.padEnd(20)}${how}`)].join('\n');
}

function keyLines({ keys, certificateSubject }: ShownSettings): readonly (readonly [string, string])[] {
  return [
    ...(keys === undefined ? [] : [['keys', 'uri' in keys ? keys.uri : keys.kids.join(' ')] as const]),
    ...(certificateSubject === undefined
      ? []
      : [['certificate of', `${certificateSubject.name}=${certificateSubject.value}`] as const]),
  ];
}

function requestsText({ demandsPushedRequests, demandsSignedRequests }: ShownSettings): string {
  const demands = [
    ...(demandsPushedRequests ? ['pushed'] : []),
    ...(demandsSignedRequests ? ['signed'] : []),
  ];
  return demands.length === 0 ? 'as they come' : `only ${demands.join(' and ')}`;
}
