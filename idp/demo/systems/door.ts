import { type DirectorySettings, isInvalidCredentials, timed, withDirectory } from './ldap-device.ts';

export type DoorEvent = {
  readonly operation: 'card-bound';
  readonly ms: number;
  readonly resultCode: 0 | 49;
};

/**
 * A door controller that knows one thing: it binds with the card's number, and the door opens when the bind succeeds.
 * That the card was really held over the reader at this door is the directory's to demand.
 * @see RFC 4511 §4.2 (bind)
 */
export class Door {
  readonly #directory: DirectorySettings;
  readonly #deviceName: string;
  readonly #observe: (event: DoorEvent) => void;

  constructor(directory: DirectorySettings, deviceName: string, observe: (event: DoorEvent) => void) {
    this.#directory = directory;
    this.#deviceName = deviceName;
    this.#observe = observe;
  }

  /** A card was held over the reader at the door. @param serialNumber in hex, as the controller's wire gives it. */
  async open(serialNumber: string): Promise<'open' | 'shut'> {
    const { baseDN, password } = this.#directory;
    const cardDN = `cn=${serialNumber},cn=${this.#deviceName},ou=cards,${baseDN}`;
    const { value: opened, ms } = await timed(() =>
      withDirectory(this.#directory, (client) =>
        client.bind(cardDN, password).then(
          () => true,
          (error: unknown) => {
            if (isInvalidCredentials(error)) return false;
            throw error;
          },
        ),
      ),
    );
    this.#observe({ operation: 'card-bound', ms, resultCode: opened ? 0 : 49 });
    return opened ? 'open' : 'shut';
  }
}
