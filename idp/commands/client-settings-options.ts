import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InvalidInput } from '../domain/fault.ts';
import {
  type CertificateSubject,
  type ClientKeys,
  certificateSubjectNames,
  clientAuthenticationMethods,
  type ReleasedGroups,
  senderConstraints,
  type TokenLifetimes,
} from '../domain/oidc-settings.ts';
import { parseClientKeys } from '../flows/client-keys.ts';
import type { SettingsChoices } from '../flows/oidc-settings-choices.ts';
import { collect, type Typed, text, texts } from './command.ts';
import { unreadable } from './person.ts';
import { oneOf } from './reader.ts';

/** The keys of these options as commander gives them, with the options: they are for OpenID Connect clients alone. */
export const settingsOptionNames: { readonly [key: string]: string } = {
  ...{ auth: '--auth', jwks: '--jwks', jwksUri: '--jwks-uri', certificateSubject: '--certificate-subject' },
  ...{ par: '--par', signedRequests: '--signed-requests', pkce: '--pkce', bind: '--bind', fapi2: '--fapi2' },
  ...{ accessTokenSeconds: '--access-token-seconds', idTokenSeconds: '--id-token-seconds' },
  ...{ refreshTokenSeconds: '--refresh-token-seconds', sessionSeconds: '--session-seconds' },
  ...{ subject: '--subject', sector: '--sector', identifierClaim: '--identifier-claim' },
  ...{ scope: '--scope', groups: '--groups', claimsInIdToken: '--claims-in-id-token', consent: '--consent' },
};

/** How a client shows itself and what it is given: the same options for a new one and for one that is there. */
export function settingsOptions(command: Command): Command {
  return command
    .option('--auth <method>', `how it shows itself: ${clientAuthenticationMethods.join(', ')}`)
    .option('--jwks <file>', 'its public keys: a JWK Set, or keys and certificates in PEM')
    .option('--jwks-uri <url>', 'where its public keys are; nothing is read from anywhere else')
    .option(
      '--certificate-subject <name=value>',
      'for tls_client_auth: dn=CN=x,O=y or dns=, uri=, ip=, email=',
    )
    .option('--par <on|off>', 'its requests are pushed (PAR) or not taken')
    .option('--signed-requests <on|off>', 'its requests are signed (JAR) or not taken')
    .option('--pkce <on|off>', 'off: a program with a secret that cannot send a code_challenge')
    .option('--bind <how>', `bind its tokens to a key: ${senderConstraints.join(', ')}`)
    .option('--fapi2 [on|off]', 'hold it to FAPI 2.0: pushed requests, keys, bound tokens')
    .option('--access-token-seconds <n>', 'how long an access token lives: 60 to 3600')
    .option('--id-token-seconds <n>', 'how long an ID token lives: 60 to 3600')
    .option('--refresh-token-seconds <n>', 'how long it may refresh after a sign-in: 600 to 1209600')
    .option('--session-seconds <n>', 'how old a sign-in may be that still signs in here: 60 to 28800')
    .option('--subject <type>', 'public, or pairwise: no other client knows people under the same id')
    .option('--sector <host>', 'clients of one sector see the same pairwise ids; "none": its own host')
    .option('--identifier-claim <name>', 'the claim that brings its own identifier of a person')
    .option('--scope <name>', 'it may ask for this beside openid, repeatable; or any', collect, [])
    .option(
      '--groups <name>',
      'it learns these groups, "lib-*" all that begin so, repeatable; or all',
      collect,
      [],
    )
    .option('--claims-in-id-token <on|off>', 'the ID token carries what userinfo gives')
    .option('--consent [on|off]', 'people are asked first: for systems that are not your own');
}

/** @throws {InvalidInput} `ERR_OPTION`, `ERR_JWKS` */
export function readSettings(typed: Typed): SettingsChoices {
  const one = <T extends string>(key: string, words: readonly T[]): T | undefined => {
    const given = text(typed, key);
    return given === undefined ? undefined : oneOf(given, words, settingsOptionNames[key] ?? key);
  };
  const sector = text(typed, 'sector');
  return said({
    authentication: one('auth', clientAuthenticationMethods),
    keys: readKeys(typed),
    certificateSubject: readCertificateSubject(text(typed, 'certificateSubject')),
    demandsPushedRequests: onOff(typed, 'par'),
    demandsSignedRequests: onOff(typed, 'signedRequests'),
    demandsPkce: onOff(typed, 'pkce'),
    senderConstraint: one('bind', senderConstraints),
    fapi2: onOff(typed, 'fapi2'),
    lifetimes: readLifetimes(typed),
    subject: one('subject', ['public', 'pairwise']),
    sector: sector === 'none' ? '' : sector,
    identifierClaim: text(typed, 'identifierClaim'),
    scopes: readScopes(texts(typed, 'scope')),
    groups: readGroups(texts(typed, 'groups')),
    claimsInIdToken: onOff(typed, 'claimsInIdToken'),
    consent: onOff(typed, 'consent'),
  });
}

type Said<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** What was said, and nothing of what was not. */
function said<T extends object>(choices: T): Said<T> {
  return Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined)) as Said<T>;
}

function onOff({ options }: Typed, key: string): boolean | undefined {
  const given = options[key];
  if (given === undefined) return undefined;
  // The option alone, as in `--fapi2`, switches on.
  if (given === true || given === 'on') return true;
  if (given === 'off') return false;
  throw new InvalidInput('ERR_OPTION', `${settingsOptionNames[key]} is on or off, not "${String(given)}".`);
}

function readKeys(typed: Typed): ClientKeys | undefined {
  const [file, uri] = [text(typed, 'jwks'), text(typed, 'jwksUri')];
  if (file !== undefined && uri !== undefined) {
    throw new InvalidInput('ERR_OPTION', 'Its keys are given by --jwks or by --jwks-uri, not both.');
  }
  if (uri !== undefined) return { from: 'uri', uri };
  return file === undefined ? undefined : parseClientKeys(readText(file));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function readCertificateSubject(given: string | undefined): CertificateSubject | undefined {
  if (given === undefined) return undefined;
  const [, name, value] = /^([a-z]+)=(.+)$/.exec(given) ?? [];
  const known = certificateSubjectNames.find((one) => one === name);
  if (known !== undefined && value !== undefined) return { name: known, value };
  throw new InvalidInput(
    'ERR_OPTION',
    `--certificate-subject is ${certificateSubjectNames.map((one) => `${one}=…`).join(', ')}, not "${given}".`,
  );
}

function readLifetimes(typed: Typed): Partial<TokenLifetimes> | undefined {
  const names = ['accessTokenSeconds', 'idTokenSeconds', 'refreshTokenSeconds', 'sessionSeconds'] as const;
  const given = names.flatMap((name) => {
    const seconds = text(typed, name);
    if (seconds === undefined) return [];
    if (/^\d{1,9}$/.test(seconds)) return [[name, Number(seconds)] as const];
    throw new InvalidInput('ERR_OPTION', `${settingsOptionNames[name]} is whole seconds.`);
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function readScopes(given: readonly string[]): readonly string[] | 'any' | undefined {
  if (given.length === 0) return undefined;
  return given.length === 1 && given[0] === 'any' ? 'any' : given;
}

function readGroups(given: readonly string[]): ReleasedGroups | undefined {
  if (given.length === 0) return undefined;
  if (given.length === 1 && given[0] === 'all') return 'all';
  const isPrefix = (name: string) => name.endsWith('*');
  return {
    names: given.filter((name) => !isPrefix(name)),
    prefixes: given.filter(isPrefix).map((name) => name.slice(0, -1)),
  };
}
