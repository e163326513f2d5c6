import type { Kysely } from 'kysely';
import { type Acr, acrNames, toAcr } from '../../../domain/assurance.ts';
import { type HoursOfUse, weekdays } from '../../../domain/hours-of-use.ts';
import type { ClientId, LoginPolicy } from '../../../domain/login-policy.ts';
import type { OrganizationId } from '../../../domain/person.ts';
import type { Client, OidcClient } from '../../../ports/clients.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { toDeviceProfile } from '../../device-profile-fields.ts';
import { oidcSettingsColumn, toOidcSettings } from '../../oidc-settings-fields.ts';
import { StoredFields } from '../../stored-fields.ts';
import type { ClientRow, RecordSchema } from '../schema.ts';

const acrs: readonly Acr[] = acrNames.map(toAcr);

export function clientTable(db: Kysely<RecordSchema>): Tables['clients'] {
  const all = db.selectFrom('clients').selectAll();
  return {
    async find(idOrName) {
      const row =
        (await all.where('client_id', '=', idOrName).executeTakeFirst()) ??
        (await all.where('name', '=', idOrName).executeTakeFirst());
      return row && toClient(row);
    },
    async list() {
      return (await all.orderBy('name').execute()).map(toClient);
    },
    async add(client) {
      await db.insertInto('clients').values(toRow(client)).execute();
    },
    async replaceSecret(id, secretHash) {
      const { numUpdatedRows } = await db
        .updateTable('clients')
        .set({ secret: secretHash })
        .where('client_id', '=', id)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async replacePolicy(policy) {
      const { numUpdatedRows } = await db
        .updateTable('clients')
        .set({ policy: policyColumn(policy) })
        .where('client_id', '=', policy.clientId)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async replaceSettings(client) {
      const { numUpdatedRows } = await db
        .updateTable('clients')
        .set({ settings: JSON.stringify(settingsOf(client)) })
        .where('client_id', '=', client.policy.clientId)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
  };
}

function toClient(row: ClientRow): Client {
  const fields = new StoredFields(row, 'clients');
  const protocol = fields.oneOf('protocol', ['oidc', 'ldap']);
  const settings = fields.fields('settings');
  const common = {
    name: fields.text('name'),
    policy: toPolicy(fields.fields('policy'), fields.text<ClientId>('client_id')),
    addedAt: fields.integer('added_at'),
  };
  const secret = fields.text('secret');
  if (protocol === 'oidc') {
    return {
      ...common,
      protocol,
      // The column takes no NULL.
      ...(secret === '' ? {} : { sealedSecret: secret }),
      redirectUris: settings.texts('redirectUris'),
      settings: toOidcSettings(settings.optionalFields('oidc')),
      ...backchannelLogoutOf(settings),
    };
  }
  return {
    ...common,
    protocol,
    secretHash: secret,
    profile: toDeviceProfile(settings),
    certificateSha256s: settings.has('certificateSha256s') ? settings.texts('certificateSha256s') : [],
    addresses: settings.texts('addresses'),
    allowPlaintext: settings.flag('allowPlaintext'),
  };
}

function backchannelLogoutOf(settings: StoredFields): Pick<OidcClient, 'backchannelLogout'> {
  const uri = settings.optionalText('backchannelLogoutUri');
  if (uri === undefined) return {};
  return {
    backchannelLogout: { uri, sessionRequired: settings.flag('backchannelLogoutSessionRequired') },
  };
}

function toPolicy(fields: StoredFields, clientId: ClientId): LoginPolicy {
  return {
    clientId,
    clientState: fields.oneOf('clientState', ['active', 'disabled']),
    acceptedAcr: fields.textsOf('acceptedAcr', acrs),
    reader: fields.oneOf('reader', ['ours', 'own']),
    organizations: fields.flag('anyOrganization') ? 'any' : fields.texts<OrganizationId>('organizations'),
    requiredGroups: fields.texts('requiredGroups'),
    // What earlier versions did not know was as these say.
    hours: fields.has('hours') ? fields.list('hours').map(toHours) : [],
    tapUses: fields.optionalInteger('tapUses') ?? 1,
    tapFreshSeconds: fields.integer('tapFreshSeconds'),
    readerClockAheadSeconds: fields.integer('readerClockAheadSeconds'),
    pinWindowSeconds: fields.integer('pinWindowSeconds'),
    maxRevocationAgeSeconds: fields.integer('maxRevocationAgeSeconds'),
    staleGraceSeconds: fields.integer('staleGraceSeconds'),
    ocspOnEveryUse: fields.flag('ocspOnEveryUse'),
  };
}

function toHours(fields: StoredFields): HoursOfUse {
  return {
    days: fields.textsOf('days', weekdays),
    fromMinute: fields.integer('fromMinute'),
    untilMinute: fields.integer('untilMinute'),
  };
}

function policyColumn({ clientId: _, organizations, ...policy }: LoginPolicy): string {
  const served =
    organizations === 'any' ? { anyOrganization: true } : { anyOrganization: false, organizations };
  return JSON.stringify({ ...policy, ...served });
}

function toRow(client: Client): ClientRow {
  return {
    client_id: client.policy.clientId,
    name: client.name,
    protocol: client.protocol,
    secret: client.protocol === 'oidc' ? (client.sealedSecret ?? '') : client.secretHash,
    policy: policyColumn(client.policy),
    settings: JSON.stringify(settingsOf(client)),
    added_at: client.addedAt,
  };
}

function settingsOf(client: Client): object {
  if (client.protocol === 'oidc') {
    const { redirectUris, backchannelLogout } = client;
    const common = { redirectUris, oidc: oidcSettingsColumn(client.settings) };
    if (backchannelLogout === undefined) return common;
    const { uri, sessionRequired } = backchannelLogout;
    return {
      ...common,
      backchannelLogoutUri: uri,
      backchannelLogoutSessionRequired: sessionRequired,
    };
  }
  const { profile, certificateSha256s, addresses, allowPlaintext } = client;
  return { profile, certificateSha256s, addresses, allowPlaintext };
}
