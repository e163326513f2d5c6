import { randomUUID } from 'node:crypto';
import {
  allowInsecureRequests,
  ClientSecretBasic,
  type Configuration,
  discovery,
  ResponseBodyError,
} from 'openid-client';
import { type AcrName, toAcr } from '../../../../idp/domain/assurance.ts';
import type { DeviceGrant } from '../../../../idp/domain/device-grant.ts';
import { actor } from '../../../../idp/domain/registration.ts';
import { addOidcClient } from '../../../../idp/flows/manage-clients.ts';
import { addReader } from '../../../../idp/flows/manage-readers.ts';
import type { SettingsChoices } from '../../../../idp/flows/oidc-settings-choices.ts';
import type { RunningIdp } from './running-idp.ts';
import { certificateOf, SoftwareBridge } from './software-bridge.ts';

const admin = actor('os', 0);

/** A client without a browser, as `openid-client` sees the provider for it. */
export interface DeviceClient {
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly config: Configuration;
}

export async function addDeviceClient(
  idp: RunningIdp,
  name: string,
  grants: readonly DeviceGrant[],
  { accepts = ['certificate'] as readonly AcrName[], ...changes }: DeviceClientChanges = {},
): Promise<DeviceClient> {
  const added = await addOidcClient(idp.context, {
    ...{ name, grants, redirectUris: [], requiredGroups: [], pinWindowSeconds: 0, actor: admin },
    acceptedAcr: accepts.map(toAcr),
    ...changes,
  });
  return { name, ...added, config: await configurationFor(idp, added) };
}

interface DeviceClientChanges {
  readonly accepts?: readonly AcrName[];
  readonly cibaNotificationEndpoint?: string;
  readonly redirectUris?: readonly string[];
  readonly requiredGroups?: readonly string[];
  readonly settings?: SettingsChoices;
}

function configurationFor(
  { issuer }: RunningIdp,
  { clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string },
): Promise<Configuration> {
  return discovery(new URL(issuer), clientId, undefined, ClientSecretBasic(clientSecret), {
    execute: [allowInsecureRequests],
  });
}

/** A reader at a door or punch clock: it asks nobody, and says what was held over it. */
export class DeviceReader {
  readonly bridge: SoftwareBridge;
  readonly #idp: RunningIdp;
  #counter = 0;

  private constructor(idp: RunningIdp, bridge: SoftwareBridge) {
    this.#idp = idp;
    this.bridge = bridge;
  }

  static async add(
    idp: RunningIdp,
    name: string,
    clients: readonly { readonly clientId: string }[],
  ): Promise<DeviceReader> {
    const { enrolmentCode } = await addReader(idp.context, {
      ...{ name, kind: 'device', evidence: 'certificate', actor: admin },
      clients: clients.map(({ clientId }) => clientId),
    });
    return new DeviceReader(idp, await SoftwareBridge.enrol(idp.issuer, enrolmentCode));
  }

  get readerId(): string {
    return this.bridge.answer.readerId;
  }

  /** A tap as the reader signs it; nobody has it yet. */
  sign(
    serialNumber: string,
    changes: { readonly aud?: string; readonly iat?: number; readonly counter?: number } = {},
  ): Promise<string> {
    this.#counter += 1;
    return this.bridge.sign({
      iat: Math.floor(this.#idp.clock.now() / 1_000),
      counter: this.#counter,
      evidence: { type: 'certificate', certificate: certificateOf(serialNumber) },
      ...{ jti: randomUUID(), ...changes },
    });
  }

  /** Somebody holds a card over it. */
  async tap(serialNumber: string, changes: { readonly iat?: number } = {}): Promise<number> {
    return this.post(await this.sign(serialNumber, changes));
  }

  async post(tap: string): Promise<number> {
    const headers = { 'content-type': 'application/jwt' };
    const response = await fetch(`${this.#idp.issuer}/taps`, { method: 'POST', headers, body: tap });
    await response.text();
    return response.status;
  }
}

/** What a client is told: the error, and the description behind it. @throws what is no answer */
export async function errorOf(asked: Promise<unknown>): Promise<string> {
  const error = await asked.then(
    () => new Error('it was answered'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ResponseBodyError)) throw error;
  return error.error_description === undefined ? error.error : `${error.error}: ${error.error_description}`;
}
