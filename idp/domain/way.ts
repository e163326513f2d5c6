import { type Acr, type AcrName, toAcr } from './assurance.ts';

/** The ways to sign in that a page can offer. */
export type WayName = (typeof wayNames)[number];

export const wayNames = ['tap', 'pin', 'passkey', 'password', 'temporary'] as const;

/** What each way can bring; which one it is, the evidence shows. */
export const acrNamesOfWay: { readonly [way in WayName]: readonly AcrName[] } = {
  tap: ['idm', 'serial', 'certificate', 'certificate-in-window'],
  pin: ['card-pin'],
  passkey: ['passkey'],
  password: ['password'],
  temporary: ['temporary'],
};

/** The way by which something was proved; `undefined` for a combination, which is two. */
export function wayTo(acr: Acr): WayName | undefined {
  return wayNames.find((way) => acrNamesOfWay[way].some((name) => toAcr(name) === acr));
}
