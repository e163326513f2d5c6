import { conversations, type ScriptedDevice } from './conversations.ts';
import type { Trial } from './steps.ts';
import { GaveUp, type Line, type Step, Talk } from './talk.ts';

/** How a device's conversation went. */
export interface TryReport {
  readonly device: ScriptedDevice;
  /** Every step was answered as the device hopes. */
  readonly letsIn: boolean;
  /** Whom the device would let in, as it reads the entry. */
  readonly person?: {
    readonly dn: string;
    readonly attributes: { readonly [name: string]: readonly string[] };
  };
  /** Present where a device of this kind asks for a password and none was given to be tried. */
  readonly notTried?: 'password';
  readonly steps: readonly Step[];
}

/**
 * Speaks with a directory as a device of this maker does, by what its manuals document, and tells every step. It signs
 * in for real: it is in the audit trail, a missed card counts as one, and a tap that it needed is used.
 * @throws {InvalidInput} `ERR_OPTION` when the conversation needs something that was not given
 */
export async function tryDevice(
  device: ScriptedDevice,
  line: Line,
  trial: Trial,
  onStep: (step: Step) => void,
): Promise<TryReport> {
  const talk = new Talk(line, onStep);
  try {
    const person = await conversations[device](talk, trial);
    const letsIn = person !== undefined;
    const notTried = device === 'unix' && trial.password === undefined;
    return {
      ...{ device, letsIn, ...(letsIn ? { person: shown(person) } : {}) },
      ...(notTried ? { notTried: 'password' } : {}),
      steps: talk.steps,
    };
  } catch (error) {
    if (error instanceof GaveUp) return { device, letsIn: false, steps: talk.steps };
    throw error;
  } finally {
    await talk.close();
  }
}

function shown({ dn, ...attributes }: { readonly dn: string; readonly [name: string]: unknown }) {
  const named = Object.entries(attributes).map(
    ([name, value]) => [name, [value].flat().map(String)] as const,
  );
  // ldapts gives an empty list for what was asked for and is not there.
  return { dn, attributes: Object.fromEntries(named.filter(([, values]) => values.length > 0)) };
}
