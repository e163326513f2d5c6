import type { DenialReason } from '../../domain/decide-login.ts';
import type { SignInRefusal } from '../../domain/sign-in-progress.ts';
import type { StationRefusal } from '../../domain/station.ts';
import type { WayName } from '../../domain/way.ts';
import type { TapRefusal } from '../../flows/accept-tap.ts';
import type { ApprovalRefusal } from '../../flows/approval-rules.ts';
import type { InvitationRefusal } from '../../flows/begin-registration.ts';
import type { SetupOutcome } from '../../flows/first-administrator.ts';
import type { CodeRefusal } from '../../flows/log-in-with-code.ts';
import type { PasswordRefusal } from '../../flows/log-in-with-password.ts';
import type { ProofRefusal } from '../../flows/prove-registration.ts';
import type { CertificateRefusal } from '../../ports/jpki.ts';
import type { NotRedeemed } from '../../ports/taps.ts';
import type { Locale } from '../locale.ts';
import type { PasskeyTexts } from './passkey-texts.ts';
import type { SessionTexts } from './session-texts.ts';

/** What happened, and what the person can do next: every refusal and every error has both. */
export interface Explanation {
  readonly what: string;
  readonly next: string;
}

export type Explained<Reason extends string> = { readonly [reason in Reason]: Explanation };

/** Why a bridge is refused: a tap, an enrolment, a registration. */
export type BridgeRefusal = TapRefusal | ProofRefusal | InvitationRefusal | 'enrolment-code' | 'public-key';

/** Why a browser's return from the bridge resumed nothing. */
export type ReturnRefusal = NotRedeemed | 'reader-unknown';

/** Why a setup link leads nowhere. */
export type SetupRefusal = (SetupOutcome & { outcome: 'refused' })['reason'];

/** What goes wrong around a sign-in, by our own names. */
export type Trouble =
  | 'application-unknown'
  | 'redirect-unknown'
  | 'sign-in-expired'
  | 'request-invalid'
  | 'sign-in-not-possible'
  | 'not-found'
  | 'method-not-allowed'
  | 'too-large'
  | 'content-type'
  | 'malformed'
  | 'wrong-host'
  | 'cross-site'
  | 'too-many-attempts'
  | 'temporarily-unavailable'
  | 'internal-error';

/** Everything that is refused or fails, with its explanation. */
export interface Reasons {
  readonly denial: Explained<DenialReason>;
  readonly bridge: Explained<BridgeRefusal>;
  /** For whoever decides a registration. */
  readonly approval: Explained<ApprovalRefusal>;
  readonly returned: Explained<ReturnRefusal>;
  readonly setup: Explained<SetupRefusal>;
  readonly station: Explained<StationRefusal>;
  readonly password: Explained<PasswordRefusal>;
  readonly code: Explained<CodeRefusal>;
  readonly signIn: Explained<SignInRefusal>;
  readonly trouble: Explained<Trouble>;
  /** Completes `certificate-refused`. */
  readonly certificate: { readonly [reason in CertificateRefusal]: string };
}

/** Why the code of a device was not taken. */
export type DeviceProblem = 'no-code' | 'unknown-code' | 'expired-code' | 'used-code' | 'aborted' | 'failed';

/** What a person sees whom a system of others asks for details. */
export interface ConsentTexts {
  readonly title: string;
  readonly heading: (clientName: string) => string;
  readonly lead: (clientName: string, displayName: string) => string;
  readonly listHeading: string;
  /** By the names of the scopes. */
  readonly released: { readonly [scope: string]: string };
  readonly remembered: string;
  readonly allow: string;
  readonly refuse: (clientName: string) => string;
}

/** What a person sees who types the code of a device. */
export interface DeviceTexts {
  readonly code: { readonly [text in 'title' | 'lead' | 'label' | 'hint' | 'submit']: string };
  readonly problems: { readonly [problem in DeviceProblem]: string };
  readonly confirm: {
    readonly title: string;
    heading(clientName: string): string;
    readonly lead: string;
    readonly warning: string;
    readonly yes: string;
    readonly no: string;
  };
  readonly done: { readonly title: string; lead(clientName: string): string };
}

/** What a person sees at a station. */
export interface StationTexts {
  readonly pair: {
    readonly title: string;
    readonly lead: string;
    readonly code: string;
    readonly codeHint: string;
    readonly submit: string;
    readonly doneTitle: string;
    done(reader: string): string;
    readonly keyKept: string;
    readonly noKeys: string;
  };
  readonly wait: {
    readonly title: string;
    heading(clientName: string): string;
    readonly lead: string;
    readonly opening: string;
    readonly open: string;
    readonly noScript: string;
    readonly unreachable: string;
  };
  readonly confirm: {
    readonly title: string;
    question(name: string): string;
    lead(clientName: string): string;
    readonly yes: string;
    no(name: string): string;
    readonly limit: string;
  };
  readonly otherWays: string;
  readonly again: string;
  readonly registerTitle: string;
  readonly registerSteps: readonly string[];
}

/** The forms for a directory password and for an approver's code. */
export interface SecretTexts {
  readonly uid: string;
  readonly submit: string;
  readonly otherWays: string;
  readonly password: SecretFormTexts;
  readonly code: SecretFormTexts;
}

interface SecretFormTexts {
  readonly title: string;
  readonly lead: string;
  readonly label: string;
  readonly hint: string;
}

/** Every word that a person sees, in one language; both catalogues have exactly these keys. */
export interface Texts {
  readonly locale: Locale;
  readonly productName: string;
  readonly productKind: string;
  readonly skipToMain: string;
  readonly demoBanner: string;
  readonly otherLanguage: { readonly locale: Locale; readonly name: string };
  readonly languageLabel: string;
  readonly reference: string;
  readonly reasonCode: string;
  readonly toFrontPage: string;
  readonly home: {
    readonly title: string;
    readonly lead: string;
    readonly forStaff: string;
    readonly forStaffText: readonly string[];
    readonly forIntegrators: string;
    readonly issuer: string;
    readonly discovery: string;
  };
  readonly signIn: {
    readonly title: string;
    heading(clientName: string): string;
    readonly lead: { readonly [offer in 'tap' | 'pin' | 'both' | 'choose' | 'none']: string };
    readonly ways: { readonly [way in WayName]: { readonly label: string; readonly hint: string } };
    readonly soFar: { readonly [step in 'one-more' | 'again']: (displayName: string) => string };
    readonly chooser: string;
    continueAs(displayName: string): string;
    notMe(displayName: string): string;
    readonly switchPerson: string;
    cancel(clientName: string): string;
    readonly helpTitle: string;
    readonly help: readonly string[];
  };
  readonly refused: { readonly title: string; readonly whatNext: string; readonly retry: string };
  readonly troubleTitle: string;
  readonly logOut: {
    readonly title: string;
    readonly question: string;
    readonly yes: string;
    readonly no: string;
    readonly doneTitle: string;
    readonly done: string;
  };
  readonly setup: {
    readonly title: string;
    readonly lead: string;
    readonly fields: {
      readonly [field in 'organization' | 'displayName' | 'uid']: {
        readonly label: string;
        readonly hint: string;
        readonly error: string;
      };
    };
    readonly submit: string;
    readonly doneTitle: string;
    doneLead(displayName: string): string;
    readonly inviteCode: string;
    inviteExpires(when: Date): string;
    readonly nextSteps: string;
    readonly steps: readonly string[];
    readonly onlyOnce: string;
  };
  readonly station: StationTexts;
  readonly device: DeviceTexts;
  readonly consent: ConsentTexts;
  readonly secret: SecretTexts;
  readonly passkeys: PasskeyTexts;
  readonly sessions: SessionTexts;
  readonly reasons: Reasons;
}
