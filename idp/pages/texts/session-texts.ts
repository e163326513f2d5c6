import type { AcrName } from '../../domain/assurance.ts';

/** What a sign-in rests on, in words; a combination is made of two of them. */
export type FactorWord = Exclude<AcrName, `${string}+${string}`>;

/** Every word of the page on which somebody sees where they are signed in. */
export interface SessionTexts {
  readonly title: string;
  readonly lead: string;
  readonly thisBrowser: string;
  /** The name of a sign-in without a browser. */
  readonly withoutBrowser: string;
  /** The name of a session with a browser, by when it was begun. */
  session(signedInAt: Date): string;
  readonly systems: string;
  readonly noSystem: string;
  readonly factor: string;
  readonly since: string;
  readonly lastUse: string;
  moment(when: Date): string;
  readonly factors: { readonly [factor in FactorWord]: string };
  readonly unknownFactor: string;
  readonly end: string;
  readonly endHere: string;
  readonly endOthers: string;
  readonly endOthersHint: string;
  readonly noOthers: string;
}
