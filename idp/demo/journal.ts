import type { Instant } from '../domain/instant.ts';
import type { Clock } from '../ports/clock.ts';

/** What the visitor does, or what is done for the story. */
export type ActName =
  | 'register'
  | 'approve'
  | 'kiosk-tap'
  | 'kiosk-pin'
  | 'kiosk-by-hand'
  | 'wrong-pin'
  | 'print'
  | 'door'
  | 'replay'
  | 'suspend'
  | 'restore'
  | 'publish-list'
  | 'new-card'
  | 'verify-audit';

/** Where a step happens. */
export type Place = 'card' | 'bridge' | 'provider' | 'authority' | 'system';

/** What happened in one step; each has its text in both languages. */
export type StepName =
  | 'invited'
  | 'consent-given'
  | 'card-read'
  | 'number-read'
  | 'card-signed'
  | 'pin-refused-by-card'
  | 'certificate-checked'
  | 'ocsp-asked'
  | 'registration-waits'
  | 'registration-refused'
  | 'approved'
  | 'kiosk-asks'
  | 'led-to-bridge'
  | 'tap-kept'
  | 'tap-refused'
  | 'browser-returns'
  | 'index-looked-up'
  | 'decided-yes'
  | 'decided-no'
  | 'code-exchanged'
  | 'punched'
  | 'nobody-punched'
  | 'device-bound'
  | 'card-searched'
  | 'card-bound'
  | 'job-released'
  | 'nothing-released'
  | 'door-opened'
  | 'door-shut'
  | 'person-suspended'
  | 'person-restored'
  | 'list-published'
  | 'list-applied'
  | 'list-refused'
  | 'card-issued'
  | 'tap-copied'
  | 'audit-intact'
  | 'audit-broken';

/** What a step's text is made of: never a number of a card, a PIN or a secret. */
export type StepFacts = { readonly [name: string]: string | number };

export interface Step {
  readonly place: Place;
  readonly what: StepName;
  /** How long it took, where it took anything. */
  readonly ms?: number;
  readonly facts: StepFacts;
}

/** How an act ended. `refused` is a result like any other: half of the story is about refusals. */
export type ActResult =
  | { readonly outcome: 'done'; readonly facts: StepFacts }
  | { readonly outcome: 'refused'; readonly reason: string; readonly facts: StepFacts }
  | { readonly outcome: 'fault'; readonly reason: string; readonly facts: StepFacts };

/** One act with its way. */
export interface Act {
  readonly number: number;
  readonly name: ActName;
  readonly personUid: string;
  readonly startedAt: Instant;
  readonly steps: readonly Step[];
  readonly ms?: number;
  readonly result?: ActResult;
}

const keptActs = 50;

/** What happened in the demonstration, newest last; the page and the terminal read it. */
export class Journal {
  readonly #clock: Clock;
  readonly #acts: OpenAct[] = [];
  readonly #listeners = new Set<() => void>();
  #nextNumber = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get acts(): readonly Act[] {
    return this.#acts;
  }

  /** Whether an act is under way that the visitor does not walk. */
  get isDriven(): boolean {
    const act = this.#acts.at(-1);
    return act !== undefined && act.result === undefined && act.name !== 'kiosk-by-hand';
  }

  /** Calls back after every change. @returns a function that stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Opens an act: steps noted from now on belong to it. */
  begin(name: ActName, personUid: string): Act {
    const act: OpenAct = {
      number: this.#nextNumber++,
      name,
      personUid,
      startedAt: this.#clock.now(),
      began: performance.now(),
      steps: [],
    };
    this.#acts.push(act);
    if (this.#acts.length > keptActs) this.#acts.shift();
    this.#changed();
    return act;
  }

  /**
   * Adds a step to the act that is open; without one it is nobody's.
   * @returns what takes the milliseconds of a step that had only begun.
   */
  note(place: Place, what: StepName, facts: StepFacts = {}, ms?: number): (ms: number) => void {
    const act = this.#acts.at(-1);
    if (act === undefined || act.result !== undefined) return () => {};
    const step: { -readonly [name in keyof Step]: Step[name] } = {
      place,
      what,
      facts,
      ...(ms === undefined ? {} : { ms }),
    };
    act.steps.push(step);
    this.#changed();
    return (took) => {
      step.ms = took;
    };
  }

  /** Closes the act that is open. */
  end(result: ActResult): void {
    const act = this.#acts.at(-1);
    if (act === undefined || act.result !== undefined) return;
    act.result = result;
    act.ms = performance.now() - act.began;
    this.#changed();
  }

  /** The steps of the act that is open, for an act that looks back at its own way. */
  get openSteps(): readonly Step[] {
    const act = this.#acts.at(-1);
    return act?.result === undefined ? (act?.steps ?? []) : [];
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

interface OpenAct {
  readonly number: number;
  readonly name: ActName;
  readonly personUid: string;
  readonly startedAt: Instant;
  readonly began: number;
  readonly steps: Step[];
  ms?: number;
  result?: ActResult;
}
