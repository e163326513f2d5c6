import { changeClientSettings } from '../flows/change-client-settings.ts';
import type { SettingsChoices } from '../flows/oidc-settings-choices.ts';
import { readSettings, settingsOptions } from './client-settings-options.ts';
import { type ShownSettings, settingsText, shownSettings } from './client-settings-text.ts';
import { collect, recordCommand, texts, word } from './command.ts';
import { readSigningAlg } from './signing-alg.ts';

interface Input {
  readonly client: string;
  readonly choices: SettingsChoices;
  readonly redirectUris?: readonly string[];
}

interface Output extends ShownSettings {
  /** Shown this once: the change gave the client a secret. */
  readonly clientSecret?: string;
}

/** Shows and changes: what is said holds from the client's next request on. */
export const clientSettings = recordCommand({
  name: 'client settings',
  summary: 'show or change how an OpenID Connect client shows itself and what it is given',
  shape: (command) =>
    settingsOptions(command.argument('<id>', 'name or id'))
      .option(
        '--redirect-uri <url>',
        'where it takes the code, in place of those before; repeatable',
        collect,
        [],
      )
      .option('--signing-alg <name>', 'what its tokens are signed with: ES256, RS256, EdDSA'),
  read: (typed): Input => {
    const redirectUris = texts(typed, 'redirectUri');
    const choices = { ...readSettings(typed), ...readSigningAlg(typed) };
    return { client: word(typed, 0), choices, ...(redirectUris.length === 0 ? {} : { redirectUris }) };
  },
  run: async (context, input: Input, actor): Promise<Output> => {
    const { client, clientSecret } = await changeClientSettings(context, { ...input, actor });
    return { ...shownSettings(client), ...(clientSecret === undefined ? {} : { clientSecret }) };
  },
  text: ({ clientSecret, ...shown }) =>
    clientSecret === undefined
      ? settingsText(shown)
      : `${settingsText(shown)}\n\nIts new secret, shown this once:\n${clientSecret}`,
});
