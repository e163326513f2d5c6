import type { Locale } from '../../pages/locale.ts';
import type { ActName, Place, StepFacts, StepName } from '../journal.ts';

/** A sentence with facts in it. */
export type Sentence = (facts: StepFacts) => string;

/** What stands on the demonstration's page and in the terminal, in one language; both have exactly these keys. */
export interface DemoTexts {
  readonly locale: Locale;
  readonly title: string;
  readonly lead: string;
  readonly realOrNot: string;
  readonly places: { readonly [place in Place]: string };
  readonly steps: { readonly [name in StepName]: Sentence };
  readonly acts: {
    readonly [name in ActName]: {
      /** What is done, as the terminal and the heading of the way say it. */
      readonly title: string;
      /** What it came to. */
      readonly done: Sentence;
    };
  };
  refused(explanation: string): string;
  readonly fault: string;
  readonly reasons: { readonly [reason: string]: string };
  readonly page: PageTexts;
  readonly started: { readonly title: string; readonly open: string; readonly end: string };
  readonly once: {
    readonly lead: string;
    expected(what: string): string;
    readonly allGood: string;
    someWrong(count: number): string;
  };
}

/** The words of the page alone. */
export interface PageTexts {
  readonly people: string;
  readonly peopleHint: string;
  readonly states: {
    readonly [state in 'none' | 'pending' | 'active' | 'suspended' | 'revoked']: string;
  };
  readonly cardNext: {
    readonly [state in 'none' | 'pending' | 'active' | 'suspended' | 'revoked']: string;
  };
  pinShown(pin: string): string;
  readonly register: string;
  approve(approver: string): string;
  readonly systems: string;
  readonly systemsHint: string;
  readonly kiosk: SystemTexts & {
    readonly holdWithPin: string;
    readonly byHand: string;
    readonly byHandHint: string;
  };
  readonly printer: SystemTexts & { held(count: number): string };
  readonly door: SystemTexts;
  readonly way: string;
  /** The heading over the wording that a registration is bound to. */
  readonly consent: string;
  readonly wayEmpty: string;
  readonly legend: { readonly [place in Place]: string };
  readonly wayTotal: string;
  readonly earlier: string;
  readonly stop: string;
  readonly stopHint: string;
  readonly suspend: string;
  readonly suspendHint: string;
  readonly restore: string;
  readonly publish: string;
  readonly publishHint: string;
  readonly newCard: string;
  readonly newCardHint: string;
  readonly working: string;
  readonly under: string;
  readonly underText: string;
  readonly endpoints: {
    readonly oidc: string;
    readonly ldap: string;
    readonly bridge: string;
    readonly terminal: string;
  };
}

interface SystemTexts {
  readonly name: string;
  readonly protocol: string;
  readonly what: string;
  readonly hold: string;
}
