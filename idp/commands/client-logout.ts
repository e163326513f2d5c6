import { InvalidInput } from '../domain/fault.ts';
import { changeClientLogout, type LogoutChanges } from '../flows/change-client-logout.ts';
import { readLogout } from './client-oidc.ts';
import { collect, recordCommand, type Typed, text, texts, word } from './command.ts';

const none = 'none';

interface Input {
  readonly client: string;
  readonly changes: LogoutChanges;
}

interface Shown {
  readonly id: string;
  readonly name: string;
  readonly postLogoutRedirectUris: readonly string[];
  readonly backchannelLogout?: { readonly uri: string; readonly sessionRequired: boolean };
}

/** Shows and changes: what is said holds at once. */
export const clientLogout = recordCommand({
  name: 'client logout',
  summary: 'show or change where a client is told that a session is over, and where browsers go on after it',
  shape: (command) =>
    command
      .argument('<id>', 'name or id')
      .option(
        '--post-logout-redirect-uri <url>',
        'where a browser may go on after signing out, in place of what was noted; repeatable; "none": nowhere',
        collect,
        [],
      )
      .option('--backchannel-logout-uri <url>', 'where it is told that a session is over; "none": nowhere')
      .option('--backchannel-logout-session-required', 'it tells sessions apart by their id (`sid`)'),
  read: (typed): Input => ({ client: word(typed, 0), changes: readChanges(typed) }),
  run: async (context, input: Input, actor): Promise<Shown> => {
    const { name, policy, settings, backchannelLogout } = await changeClientLogout(context, {
      ...input,
      actor,
    });
    const { postLogoutRedirectUris } = settings;
    return {
      ...{ id: policy.clientId, name, postLogoutRedirectUris },
      ...(backchannelLogout === undefined ? {} : { backchannelLogout }),
    };
  },
  text: ({ name, postLogoutRedirectUris, backchannelLogout }) =>
    [
      name,
      `after signing out, browsers may go to  ${postLogoutRedirectUris.join(' ') || 'nowhere but our own page'}`,
      `told that a session is over at         ${toldAt(backchannelLogout)}`,
    ].join('\n'),
});

function toldAt(backchannelLogout: Shown['backchannelLogout']): string {
  if (backchannelLogout === undefined) return 'nowhere: what it keeps of its own goes on';
  return backchannelLogout.sessionRequired ? `${backchannelLogout.uri} (by sid)` : backchannelLogout.uri;
}

function readChanges(typed: Typed): LogoutChanges {
  const [uris, uri] = [texts(typed, 'postLogoutRedirectUri'), text(typed, 'backchannelLogoutUri')];
  if (uris.includes(none) && uris.length > 1) {
    throw new InvalidInput('ERR_OPTION', '--post-logout-redirect-uri none stands alone.');
  }
  return {
    ...readLogout(typed),
    ...(uris[0] === none ? { postLogoutRedirectUris: [] } : {}),
    ...(uri === none ? { backchannelLogout: none } : {}),
  };
}
