import type { DenialReason } from '../../domain/decide-login.ts';
import type { PasskeyRefusal } from '../../flows/add-passkey.ts';
import type { PasskeyDenial } from '../../flows/log-in-with-passkey.ts';
import type { Explained, Explanation } from './catalogue.ts';

/** What goes wrong in the browser, by our own names. */
export type PasskeyTrouble = 'cancelled' | 'not-supported' | 'known-here' | 'unreachable';

/** Every word about passkeys, in one language. */
export interface PasskeyTexts {
  readonly title: string;
  readonly lead: string;
  readonly none: string;
  readonly deviceBound: string;
  readonly synced: string;
  added(when: Date): string;
  lastUsed(when: Date): string;
  readonly neverUsed: string;
  readonly name: string;
  readonly rename: string;
  renameOf(name: string): string;
  readonly remove: string;
  removeOf(name: string): string;
  readonly removeHint: string;
  readonly add: string;
  readonly addHint: string;
  readonly addTitle: string;
  readonly addLead: string;
  readonly nameHint: string;
  readonly make: string;
  readonly first: {
    readonly title: string;
    readonly lead: string;
    readonly uid: string;
    readonly uidHint: string;
    readonly code: string;
    readonly codeHint: string;
    readonly doneTitle: string;
    readonly done: string;
    readonly toPasskeys: string;
  };
  readonly signIn: {
    readonly title: string;
    heading(clientName: string): string;
    readonly lead: string;
    readonly use: string;
    readonly otherWay: string;
  };
  readonly needsScript: string;
  readonly working: string;
  readonly trouble: Explained<PasskeyTrouble>;
  /** Beside the denials that every way in has. */
  readonly denial: Explained<Exclude<PasskeyDenial, DenialReason>>;
  readonly refusal: Explained<PasskeyRefusal>;
  readonly tooManyGuesses: Explanation;
  readonly tooManyAnswers: Explanation;
}
