import type { Evidence } from './tap.ts';

/** What a sign-in rests on. A client lists the ones it accepts; there is no order to guess. */
export type AcrName =
  | 'idm'
  | 'serial'
  | 'certificate'
  | 'certificate-in-window'
  | 'card-pin'
  | 'passkey'
  | 'password'
  | 'temporary'
  | CombinedAcrName;

/** A directory password beside something that can be copied or lent: a closed set, each an acr of its own. */
export type CombinedAcrName =
  | 'idm+password'
  | 'serial+password'
  | 'certificate+password'
  | 'certificate-in-window+password'
  | 'temporary+password';

/** Authentication context class reference, as tokens carry it. @see OpenID Connect Core §2 */
export type Acr = `urn:kazasu:acr:${AcrName}`;

/** Authentication method references. @see RFC 8176 §2 */
export type Amr = 'user' | 'sc' | 'hwk' | 'pin' | 'mfa' | 'pwd' | 'swk';

export interface Assurance {
  readonly acr: Acr;
  readonly amr: readonly Amr[];
}

const acrPrefix = 'urn:kazasu:acr:';

/** What can be copied never makes `hwk` or `mfa`. */
const amrOf: {
  readonly [name in 'idm' | 'serial' | 'certificate' | 'certificate-in-window' | 'card-pin']: readonly Amr[];
} = {
  idm: ['user'],
  serial: ['user'],
  certificate: ['user'],
  'certificate-in-window': ['user'],
  'card-pin': ['sc', 'hwk', 'pin', 'mfa'],
};

/** What a password can be combined with; the rest is strong alone. */
const combinedAcrNames: readonly CombinedAcrName[] = [
  'idm+password',
  'serial+password',
  'certificate+password',
  'certificate-in-window+password',
  'temporary+password',
];

/** Every acr that can be asked for by name. */
export const acrNames: readonly AcrName[] = [
  'idm',
  'serial',
  'certificate',
  'certificate-in-window',
  'card-pin',
  'passkey',
  'password',
  'temporary',
  ...combinedAcrNames,
];

/** Every acr that a card can reach. */
export const cardAcrs: readonly Acr[] = (Object.keys(amrOf) as AcrName[]).map(toAcr);

/** `card-pin` → `urn:kazasu:acr:card-pin`. */
export function toAcr(name: AcrName): Acr {
  return `${acrPrefix}${name}`;
}

/** What a right directory password is worth. */
export const byPassword: Assurance = { acr: toAcr('password'), amr: ['pwd'] };

/** What a temporary code, handed over by an approver, is worth. */
export const byTemporaryCode: Assurance = { acr: toAcr('temporary'), amr: ['user'] };

/** The acrs of which one is proved after the other: `certificate+password` → `certificate`, `password`; of any other itself. */
export function partsOf(acr: Acr): readonly Acr[] {
  return acr
    .slice(acrPrefix.length)
    .split('+')
    .map((name) => toAcr(name as AcrName));
}

/** What an accepted list lets somebody begin with: itself and the parts of its combinations. */
export function withParts(accepted: readonly Acr[]): readonly Acr[] {
  return [...new Set(accepted.flatMap((acr) => [acr, ...partsOf(acr)]))];
}

/**
 * What two factors of one person are worth together: the union of both, and never more than that. What can be copied
 * makes no `mfa` and no `hwk` beside a password either.
 * @returns `undefined` where the two are no combination of ours.
 */
export function combined(one: Assurance, another: Assurance): Assurance | undefined {
  const acr = combinedAcrNames
    .map(toAcr)
    .find((candidate) => partsOf(candidate).every((part) => part === one.acr || part === another.acr));
  return acr === undefined ? undefined : { acr, amr: [...new Set([...one.amr, ...another.amr])] };
}

/** Reads either spelling; `undefined` for a word that is no acr of ours. */
export function parseAcr(text: string): Acr | undefined {
  const name = text.startsWith(acrPrefix) ? text.slice(acrPrefix.length) : text;
  return acrNames.includes(name as AcrName) ? toAcr(name as AcrName) : undefined;
}

/**
 * Every assurance that a card's evidence supports, the strongest claim first.
 * @param inPinWindow the same card proved its PIN at the same reader group within the policy's window.
 */
export function assurancesOf(evidence: Evidence, inPinWindow: boolean): readonly Assurance[] {
  return namesFor(evidence, inPinWindow).map((name) => ({ acr: toAcr(name), amr: amrOf[name] }));
}

function namesFor(evidence: Evidence, inPinWindow: boolean): readonly (keyof typeof amrOf)[] {
  switch (evidence.type) {
    case 'identifier':
      return [evidence.kind === 'jpki' ? 'serial' : 'idm'];
    case 'certificate':
      return inPinWindow ? ['certificate-in-window', 'certificate'] : ['certificate'];
    case 'signature':
      return ['card-pin'];
    default:
      // Evidence that this version does not know, say from a store that a newer one wrote, supports nothing.
      evidence satisfies never;
      return [];
  }
}
