import type { PersonBind } from '../domain/device-profile.ts';
import { hoursText } from '../domain/hours-of-use.ts';
import { changeDevicePresence } from '../flows/change-device-presence.ts';
import type { PresenceChoices } from '../flows/device-presence.ts';
import { presenceOptions, readPresence } from './client-presence.ts';
import { recordCommand, word } from './command.ts';

interface Input {
  readonly client: string;
  readonly choices: PresenceChoices;
}

/** Shows and changes: what is said holds from the device's next sign-in on. */
export const clientPresence = recordCommand({
  name: 'client presence',
  summary: 'show or change when a device lets people in, for how long a tap counts, and how people bind',
  shape: (command) => presenceOptions(command.argument('<id>', 'name or id')),
  read: (typed): Input => ({ client: word(typed, 0), choices: readPresence(typed) }),
  run: async (context, input: Input, actor) => {
    const { name, policy, profile } = await changeDevicePresence(context, { ...input, actor });
    const { clientId, tapFreshSeconds, tapUses, reader } = policy;
    return {
      ...{ id: clientId, name, reader, tapSeconds: tapFreshSeconds, tapUses },
      hours: policy.hours.map(hoursText),
      ...(profile.ways.includes('person-bind') ? { personBind: profile.personBind } : {}),
    };
  },
  text: ({ name, reader, tapSeconds, tapUses, hours, personBind }) =>
    [
      `${name}:`,
      reader === 'own'
        ? '  reads cards itself: no tap is waited for'
        : `  a tap at its reader is fresh for ${tapSeconds} seconds and serves ${tapUses} sign-in${tapUses === 1 ? '' : 's'}`,
      `  lets people in ${hours.length === 0 ? 'always' : hours.join(', ')}`,
      `  people ${personBind === undefined ? 'do not bind' : `bind with ${demandText(personBind)}`}`,
    ].join('\n'),
});

function demandText({ password, tap, waitSeconds }: PersonBind): string {
  const held = waitSeconds === 0 ? 'a tap before' : `a tap, waited for ${waitSeconds} seconds`;
  return [...(password ? ['the directory password'] : []), ...(tap ? [held] : [])].join(' and ');
}
