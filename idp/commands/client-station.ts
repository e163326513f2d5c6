import { type StationConfirm, stationConfirms } from '../domain/oidc-settings.ts';
import { changeStationConfirm } from '../flows/change-station-confirm.ts';
import { recordCommand, text, word } from './command.ts';
import { oneOf } from './reader.ts';

export const clientStation = recordCommand({
  name: 'client station',
  summary: 'whether a station asks the person whose card was held to confirm the name',
  shape: (command) =>
    command
      .argument('<id>', 'name or id of an OpenID Connect client')
      .requiredOption('--confirm <ask|none>', 'ask, or none for punches'),
  read: (typed): { client: string; confirm: StationConfirm } => ({
    client: word(typed, 0),
    confirm: oneOf(text(typed, 'confirm'), stationConfirms, '--confirm'),
  }),
  run: async (context, input: { client: string; confirm: StationConfirm }, actor) => {
    const { name, policy, settings } = await changeStationConfirm(context, { ...input, actor });
    return { id: policy.clientId, name, confirm: settings.stationConfirm };
  },
  text: ({ name, confirm }) =>
    confirm === 'ask'
      ? `A station shows the name and asks before it signs in to ${name}.`
      : `A station signs in to ${name} with the tap alone: nobody is asked for the name.`,
});
