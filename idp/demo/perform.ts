import { Fault, InvalidInput } from '../domain/fault.ts';
import type { Locale } from '../pages/locale.ts';
import type { ActFunction } from './acts/act-parts.ts';
import { door, kioskPin, kioskTap, print, wrongPin } from './acts/hold.ts';
import { replay, verifyAudit } from './acts/proof.ts';
import { approve, newCard, register } from './acts/registration.ts';
import { publishList, restore, suspend } from './acts/stop.ts';
import type { Act, ActName, ActResult } from './journal.ts';
import type { SamplePerson } from './people.ts';
import type { World } from './world.ts';

/** What can be asked for; a sign-in walked by the visitor happens by itself. */
export type PerformedAct = Exclude<ActName, 'kiosk-by-hand'>;

const acts: { readonly [name in PerformedAct]: ActFunction } = {
  register,
  approve,
  'kiosk-tap': kioskTap,
  'kiosk-pin': kioskPin,
  'wrong-pin': wrongPin,
  print,
  door,
  replay,
  suspend,
  restore,
  'publish-list': publishList,
  'new-card': newCard,
  'verify-audit': verifyAudit,
};

/** Whether a word names an act that can be asked for. */
export function isPerformedAct(word: string): word is PerformedAct {
  return Object.hasOwn(acts, word);
}

/** Does acts one after the other: there is one card, and one journal page at a time. */
export class Stage {
  readonly #world: World;
  readonly #log: (line: string) => void;
  #before: Promise<unknown> = Promise.resolve();

  constructor(world: World, log: (line: string) => void) {
    this.#world = world;
    this.#log = log;
    world.journal.onChange(() => this.#endWalk());
  }

  /** Lets the visitor walk the kiosk: the person's card is held as soon as the reader asks for it. */
  offer(person: SamplePerson): void {
    const { frontDesk, cards, byHand } = this.#world;
    const issued = cards.get(person.uid);
    if (issued === undefined) return;
    byHand.uid = person.uid;
    frontDesk.offer(issued.card);
  }

  perform(name: PerformedAct, person: SamplePerson, locale: Locale): Promise<Act> {
    const act = this.#before.then(() => this.#perform(name, person, locale));
    this.#before = act.catch(() => undefined);
    return act;
  }

  async #perform(name: PerformedAct, person: SamplePerson, locale: Locale): Promise<Act> {
    const { journal, frontDesk, cards } = this.#world;
    frontDesk.withdraw();
    const act = journal.begin(name, person.uid);
    const issued = cards.get(person.uid);
    if (issued === undefined) throw new TypeError(`${person.uid} holds no card`);
    journal.end(await this.#resultOf(name, { world: this.#world, person, issued, locale }));
    return act;
  }

  async #resultOf(name: PerformedAct, parts: Parameters<ActFunction>[0]): Promise<ActResult> {
    try {
      return await acts[name](parts);
    } catch (error) {
      if (error instanceof InvalidInput) return { outcome: 'refused', reason: error.code, facts: {} };
      // Neither a yes nor a no; the story goes on.
      const reason = error instanceof Fault ? error.code : 'ERR_INTERNAL';
      this.#log(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return { outcome: 'fault', reason, facts: {} };
    }
  }

  /** A walk by hand is over when somebody was punched, or the provider said no. */
  #endWalk(): void {
    const { journal, frontDesk } = this.#world;
    const act = journal.acts.at(-1);
    if (act?.name !== 'kiosk-by-hand' || act.result !== undefined) return;
    const last = act.steps.at(-1);
    if (last?.what === 'punched') journal.end({ outcome: 'done', facts: last.facts });
    else if (last?.what === 'decided-no' || last?.what === 'tap-refused') {
      journal.end({ outcome: 'refused', reason: String(last.facts.reason), facts: {} });
    } else return;
    frontDesk.withdraw();
  }
}
