import { isIP } from 'node:net';
import { type Acr, acrNames, parseAcr } from '../domain/assurance.ts';
import { deviceProfileOf } from '../domain/device-presets.ts';
import { devicePresets } from '../domain/device-profile.ts';
import { InvalidInput } from '../domain/fault.ts';
import {
  addLdapClient,
  addOidcClient,
  type NewLdapClient,
  type NewOidcClient,
} from '../flows/manage-clients.ts';
import { oidcOptionNames, oidcOptions, readOidcOptions } from './client-oidc.ts';
import { policyOptions, readPolicy } from './client-policy.ts';
import { presenceOptionNames, presenceOptions, readPresence } from './client-presence.ts';
import { collect, flag, recordCommand, type Typed, text, texts, word } from './command.ts';
import { profileOptionNames, profileOptions, readChoices } from './profile-options.ts';
import { pageOf } from './profile-text.ts';
import { oneOf } from './reader.ts';

type NewClient =
  | { readonly protocol: 'oidc'; readonly client: Omit<NewOidcClient, 'actor'> }
  | { readonly protocol: 'ldap'; readonly client: Omit<NewLdapClient, 'actor'> };
type AddedClient =
  | { readonly id: string; readonly issuer: string; readonly clientId: string; readonly clientSecret: string }
  | {
      readonly id: string;
      readonly bindDN: string;
      readonly secret: string;
      /** Of the readers beside it, when the device reads no cards itself. */
      readonly next?: string;
      /** What to enter on the device. */
      readonly page: string;
    };

export const clientAdd = recordCommand({
  name: 'client add',
  summary: 'add a relying party: an OpenID Connect client or an LDAP device account',
  shape: (command) =>
    presenceOptions(profileOptions(policyOptions(oidcOptions(command))))
      .argument('<name>', 'what it is called; part of an LDAP device’s bind DN')
      .option('--oidc', 'an OpenID Connect client')
      .option('--ldap', 'an LDAP device account')
      .option('--profile <preset>', devicePresets.join(', '), 'card-search')
      .option('--address <cidr>', 'where the device stands; repeatable', collect, [])
      .option('--allow-plaintext', 'let it bind without TLS (needs --address)')
      .option(
        '--own-reader',
        'it reads cards itself; its numbers count as `serial`, or `idm` with --card-kind felica or uid',
      )
      .option('--acr <name>', `what it accepts: ${acrNames.join(', ')}; repeatable`, collect, [])
      .option('--require-group <name>', 'only people of this group; repeatable', collect, []),
  read: readNewClient,
  run: async (context, input: NewClient, actor): Promise<AddedClient> => {
    if (input.protocol === 'oidc') {
      const added = await addOidcClient(context, { ...input.client, actor });
      return { id: added.clientId, issuer: context.issuer, ...added };
    }
    const { clientId, secret } = await addLdapClient(context, { ...input.client, actor });
    const { name } = input.client;
    const next = `kazasu reader add READER --kind device --client "${name}"`;
    const bindDN = `cn=${name},ou=devices,${context.ldapBaseDn}`;
    const page = pageOf(input.client);
    return { id: clientId, bindDN, secret, page, ...(needsReader(input.client) ? { next } : {}) };
  },
  text: addedText,
});

/** A reader of ours stands beside it where cards or taps count and it reads none itself. */
function needsReader({ preset, choices, presence, ownReader }: Omit<NewLdapClient, 'actor'>): boolean {
  const { ways, personBind } = deviceProfileOf(preset, choices);
  const tap = (presence?.personBind ?? personBind)?.tap === true;
  return !ownReader && (tap || ways.includes('card-search') || ways.includes('card-bind'));
}

function addedText(added: AddedClient): string {
  if ('clientId' in added) {
    const { issuer, clientId, clientSecret } = added;
    const known = `issuer         ${issuer}\nclient_id      ${clientId}`;
    if (clientSecret === '')
      return `${known}\nIt has no secret: it shows itself as \`kazasu client settings\` says.`;
    return `${known}\nclient_secret  ${clientSecret}\nThe secret is shown this once.`;
  }
  const lines = [
    ...[`bind DN   ${added.bindDN}`, `password  ${added.secret}`, 'The password is shown this once.'],
    ...(added.next === undefined ? [] : [`The reader beside it: ${added.next}`]),
    `What to enter on the device: ${added.page}`,
  ];
  return lines.join('\n');
}

function readNewClient(typed: Typed): NewClient {
  if (flag(typed, 'oidc') === flag(typed, 'ldap')) {
    throw new InvalidInput('ERR_OPTION', 'Say which protocol: --oidc or --ldap.');
  }
  refuseForeignOptions(typed);
  const common = {
    name: word(typed, 0),
    acceptedAcr: texts(typed, 'acr').map(readAcr),
    requiredGroups: texts(typed, 'requireGroup'),
    revocation: readPolicy(typed),
  };
  if (flag(typed, 'oidc')) {
    return { protocol: 'oidc', client: { ...common, ...readOidcOptions(typed) } };
  }
  return {
    protocol: 'ldap',
    client: {
      ...common,
      preset: oneOf(text(typed, 'profile'), devicePresets, '--profile'),
      addresses: texts(typed, 'address').map(readCidr),
      allowPlaintext: flag(typed, 'allowPlaintext'),
      ownReader: flag(typed, 'ownReader'),
      choices: readChoices(typed),
      presence: readPresence(typed),
    },
  };
}

const deviceOptionNames: { readonly [key: string]: string } = {
  ...{ address: '--address', allowPlaintext: '--allow-plaintext', ownReader: '--own-reader' },
  ...profileOptionNames,
  ...presenceOptionNames,
};

/** An option of the other protocol would be dropped in silence, and be missed only at the device. */
function refuseForeignOptions(typed: Typed): void {
  const [protocol, foreign] = flag(typed, 'oidc')
    ? ['--oidc', deviceOptionNames]
    : ['--ldap', oidcOptionNames];
  const given = Object.entries(foreign).find(
    ([key]) => flag(typed, key) || text(typed, key) !== undefined || texts(typed, key).length > 0,
  );
  if (given === undefined) return;
  throw new InvalidInput('ERR_OPTION', `${given[1]} does not go with ${protocol}.`);
}

function readAcr(name: string): Acr {
  const acr = parseAcr(name);
  if (acr !== undefined) return acr;
  throw new InvalidInput('ERR_OPTION', `--acr is one of ${acrNames.join(', ')}, not "${name}".`);
}

function readCidr(range: string): string {
  const [network = '', prefix = '0', ...more] = range.split('/');
  const family = isIP(network);
  // An empty prefix would be read as 0: a range of every address.
  const fits = /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32);
  if (family === 0 || !fits || more.length > 0) {
    throw new InvalidInput(
      'ERR_OPTION',
      `--address is an address or a range like 192.0.2.0/24, not "${range}".`,
    );
  }
  return range;
}
