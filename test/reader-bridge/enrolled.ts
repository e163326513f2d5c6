import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgeState } from '../../reader-bridge/bridge-state.ts';
import { enrol } from '../../reader-bridge/enrol.ts';
import { IdpClient } from '../../reader-bridge/idp-client.ts';
import { systemClock } from '../../reader-bridge/system-clock.ts';
import { enrolmentCode, type ProviderDouble } from './provider-double.ts';

/** A bridge's state directory that goes with the test. */
export function temporaryState(): {
  readonly directory: string;
  readonly state: BridgeState;
  remove(): void;
} {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-bridge-'));
  return {
    directory,
    state: new BridgeState(directory),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Enrols a reader at the provider double. */
export async function enrolledClient(
  provider: ProviderDouble,
  state: BridgeState,
  clock = systemClock,
): Promise<IdpClient> {
  state.saveEnrolment(await enrol({ idp: provider.url, code: enrolmentCode }));
  return new IdpClient(state.enrolment(), state, clock);
}
