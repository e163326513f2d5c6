import type { DeviceChoices } from '../domain/device-choices.ts';
import { changeDeviceProfile } from '../flows/change-device-profile.ts';
import { recordCommand, word } from './command.ts';
import { profileOptions, readChoices } from './profile-options.ts';
import { profileText, type ShownProfile, shownProfile } from './profile-text.ts';

interface Input {
  readonly client: string;
  readonly choices: DeviceChoices;
}

/** Shows and changes: what is said holds from the device's next operation on. */
export const clientProfile = recordCommand({
  name: 'client profile',
  summary: 'show or change what a device sends, may ask and sees; with one card number as it spells them',
  shape: (command) => profileOptions(command.argument('<id>', 'name or id')),
  read: (typed): Input => ({ client: word(typed, 0), choices: readChoices(typed) }),
  run: async (context, input: Input, actor): Promise<ShownProfile> =>
    shownProfile(await changeDeviceProfile(context, { ...input, actor })),
  text: profileText,
});
