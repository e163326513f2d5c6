import { type Acr, toAcr } from '../domain/assurance.ts';
import { missingParts } from '../domain/sign-in-progress.ts';
import { acrNamesOfWay, type WayName, wayNames } from '../domain/way.ts';
import { acceptableAcrs } from '../oidc/acceptable-acrs.ts';
import { codePath, passkeyPath, passwordPath, presentPath } from './interaction-paths.ts';
import type { Opened } from './opened-interaction.ts';
import { soFarOf } from './sign-in-so-far.ts';
import type { Site } from './site.ts';

/** A way as the sign-in page offers it. */
export interface OfferedWay {
  readonly way: WayName;
  readonly href: string;
}

interface Way {
  /** Where it begins, within an interaction. */
  href(uid: string): string;
  /** Whether this installation has what it needs; always, unless said. */
  isPossible?(site: Site): boolean;
}

/** The ways that are built; a page offers those of them that the client accepts. */
const ways: { readonly [way in WayName]?: Way } = {
  tap: { href: (uid) => presentPath(uid, 'tap') },
  pin: { href: (uid) => presentPath(uid, 'pin') },
  passkey: { href: passkeyPath },
  temporary: { href: codePath },
  password: { href: passwordPath, isPossible: ({ context }) => context.passwords.areOffered },
};

/** What to offer, so that one of the acceptable assurances can be reached. */
export function waysFor(
  site: Site,
  { interaction, client }: Pick<Opened, 'interaction' | 'client'>,
): readonly OfferedWay[] {
  const { preferred } = acceptableAcrs(client.policy.acceptedAcr, interaction.params);
  const { proved, held } = soFarOf(interaction, site.context.clock.now());
  const missing = missingParts(preferred, [...proved, ...held]);
  return waysTo(missing).flatMap((way) => {
    const built = ways[way];
    if (built === undefined || built.isPossible?.(site) === false) return [];
    return [{ way, href: built.href(interaction.uid) }];
  });
}

/** The ways to these parts; what comes first there comes first here. */
function waysTo(parts: readonly Acr[]): readonly WayName[] {
  const placeOf = (way: WayName) =>
    Math.min(...acrNamesOfWay[way].map((name) => parts.indexOf(toAcr(name))).filter((place) => place >= 0));
  return wayNames.filter((way) => placeOf(way) < parts.length).toSorted((a, b) => placeOf(a) - placeOf(b));
}
