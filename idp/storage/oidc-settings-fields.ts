import {
  type CertificateSubject,
  type ClientKeys,
  certificateSubjectNames,
  clientAuthenticationMethods,
  clientPresets,
  grantTypes,
  idTokenAlgs,
  type OidcSettings,
  type PublicJwk,
  presetSettings,
  type ReleasedGroups,
  senderConstraints,
  stationConfirms,
  type TokenLifetimes,
} from '../domain/oidc-settings.ts';
import { present, type StoredFields } from './stored-fields.ts';

/**
 * Reads what is stored of a client's settings. What an earlier version did not know is as it was then: as the preset
 * has it, and without a preset as every client was before there were any.
 */
export function toOidcSettings(stored: StoredFields | undefined): OidcSettings {
  if (stored === undefined) return presetSettings('web');
  const fields = new WithDefaults(stored);
  const usual = presetSettings(stored.oneOf('preset', clientPresets));
  return {
    ...usual,
    authentication: fields.word('authentication', clientAuthenticationMethods, usual.authentication),
    grants: stored.has('grants') ? stored.textsOf('grants', grantTypes) : usual.grants,
    demandsPushedRequests: fields.flag('demandsPushedRequests', usual),
    demandsSignedRequests: fields.flag('demandsSignedRequests', usual),
    demandsPkce: fields.flag('demandsPkce', usual),
    senderConstraint: fields.word('senderConstraint', senderConstraints, usual.senderConstraint),
    fapi2: fields.flag('fapi2', usual),
    idTokenAlg: fields.word('idTokenAlg', idTokenAlgs, usual.idTokenAlg),
    lifetimes: toLifetimes(stored.optionalFields('lifetimes'), usual.lifetimes),
    postLogoutRedirectUris: stored.has('postLogoutRedirectUris')
      ? stored.texts('postLogoutRedirectUris')
      : usual.postLogoutRedirectUris,
    subject: fields.word('subject', ['public', 'pairwise'], usual.subject),
    identifierClaim: stored.optionalText('identifierClaim') ?? usual.identifierClaim,
    scopes: toScopes(stored.optionalFields('scopes')) ?? usual.scopes,
    groups: toGroups(stored.optionalFields('groups')) ?? usual.groups,
    claimsInIdToken: fields.flag('claimsInIdToken', usual),
    consent: fields.flag('consent', usual),
    stationConfirm: fields.word('stationConfirm', stationConfirms, usual.stationConfirm),
    ...present({
      keys: toKeys(stored.optionalFields('keys')),
      certificateSubject: toCertificateSubject(stored.optionalFields('certificateSubject')),
      sector: stored.optionalText('sector'),
      cibaNotificationEndpoint: stored.optionalText('cibaNotificationEndpoint'),
    }),
  };
}

/** As JSON keeps them: every field, so that another default one day changes no client that is there. */
export function oidcSettingsColumn({ scopes, groups, ...settings }: OidcSettings): object {
  return {
    ...settings,
    ...(scopes === 'any' ? {} : { scopes: { names: scopes } }),
    ...(groups === 'all' ? {} : { groups }),
  };
}

class WithDefaults {
  readonly #fields: StoredFields;

  constructor(fields: StoredFields) {
    this.#fields = fields;
  }

  word<T extends string>(name: string, words: readonly T[], usual: T): T {
    return this.#fields.optionalOneOf(name, words) ?? usual;
  }

  flag<N extends string>(name: N, usual: { readonly [name in N]: boolean }): boolean {
    return this.#fields.has(name) ? this.#fields.flag(name) : usual[name];
  }
}

function toLifetimes(fields: StoredFields | undefined, usual: TokenLifetimes): TokenLifetimes {
  const names = Object.keys(usual) as (keyof TokenLifetimes)[];
  const entries = names.map((name) => [name, fields?.optionalInteger(name) ?? usual[name]]);
  // One number for each name of the whole.
  return Object.fromEntries(entries) as { [name in keyof TokenLifetimes]: number };
}

function toKeys(fields: StoredFields | undefined): ClientKeys | undefined {
  if (fields === undefined) return undefined;
  const from = fields.oneOf('from', ['inline', 'uri']);
  if (from === 'uri') return { from, uri: fields.text('uri') };
  return { from, keys: fields.list('keys').map((key): PublicJwk => key.values()) };
}

function toCertificateSubject(fields: StoredFields | undefined): CertificateSubject | undefined {
  if (fields === undefined) return undefined;
  return { name: fields.oneOf('name', certificateSubjectNames), value: fields.text('value') };
}

function toScopes(fields: StoredFields | undefined): readonly string[] | undefined {
  return fields?.texts('names');
}

function toGroups(fields: StoredFields | undefined): ReleasedGroups | undefined {
  return fields && { names: fields.texts('names'), prefixes: fields.texts('prefixes') };
}
