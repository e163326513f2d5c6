import { requireClient, rotateClientSecret } from '../flows/manage-clients.ts';
import { clientAdd } from './client-add.ts';
import { clientCertificate } from './client-certificate.ts';
import { clientIdentifiers } from './client-identifiers.ts';
import { clientLogout } from './client-logout.ts';
import { clientPolicy, shownPolicy } from './client-policy.ts';
import { clientPresence } from './client-presence-change.ts';
import { clientProfile } from './client-profile.ts';
import { clientSettings } from './client-settings.ts';
import { shownSettings } from './client-settings-text.ts';
import { recordCommand, word } from './command.ts';
import { table } from './table.ts';

export const clientCommands = [
  clientAdd,
  recordCommand({
    name: 'client list',
    summary: 'the relying parties and what they accept',
    read: () => ({}),
    run: async ({ record, deviceGuesses }) =>
      (await record.clients.list()).map(({ policy, ...client }) => ({
        ...(client.protocol === 'oidc' ? shownSettings({ ...client, policy }) : {}),
        id: policy.clientId,
        name: client.name,
        protocol: client.protocol,
        state: policy.clientState,
        // Of unknown card numbers; see `client guesses`.
        guesses: deviceGuesses.standingOf(policy.clientId)?.stage ?? 'free',
        acceptedAcr: policy.acceptedAcr,
        reader: policy.reader,
        ...shownPolicy(policy),
        ...('backchannelLogout' in client ? { backchannelLogout: client.backchannelLogout } : {}),
      })),
    text: (clients) =>
      table(
        ['NAME', 'PROTOCOL', 'STATE', 'ACCEPTS', 'ID'],
        clients.map((one) => [
          one.name,
          one.protocol,
          one.guesses === 'free' ? one.state : `${one.state}, ${one.guesses}`,
          one.acceptedAcr.map((acr) => acr.replace('urn:kazasu:acr:', '')).join(' '),
          one.id,
        ]),
        'No clients yet: kazasu client add NAME --oidc --redirect-uri URL',
      ),
  }),
  clientPolicy,
  clientCertificate,
  clientProfile,
  clientPresence,
  clientLogout,
  clientSettings,
  clientIdentifiers,
  recordCommand({
    name: 'client rotate-secret',
    summary: 'give a client a new secret; the old one ends at once',
    shape: (command) => command.argument('<id>', 'name or id'),
    read: (typed) => ({ client: word(typed, 0) }),
    run: async (context, input: { client: string }, actor) => {
      const { name } = requireClient(context, input.client);
      const { clientId, secret } = await rotateClientSecret(context, { ...input, actor });
      return { id: clientId, name, secret };
    },
    text: ({ name, secret }) => `New secret of ${name}, shown this once:\n${secret}`,
  }),
];
