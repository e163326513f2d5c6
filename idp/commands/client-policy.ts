import type { Command } from 'commander';
import { InvalidInput } from '../domain/fault.ts';
import { changeClientPolicy, type RevocationPolicy } from '../flows/change-client-policy.ts';
import { recordCommand, type Typed, text, word } from './command.ts';

/** What is demanded of the word on revocation: the same options for a new client and for one that is there. */
export function policyOptions(command: Command): Command {
  return command
    .option('--revocation-age <hours>', 'how old the newest word on revocation may be without PIN (48)')
    .option('--stale-grace <hours>', 'for how long beyond that it still lets in, with an alarm (0)')
    .option('--ocsp-on-use <on|off>', 'ask the issuer at every use: for unattended machines (off)');
}

/** @throws {InvalidInput} `ERR_OPTION` */
export function readPolicy(typed: Typed): Partial<RevocationPolicy> {
  const age = hours(typed, 'revocationAge', '--revocation-age', 1);
  const grace = hours(typed, 'staleGrace', '--stale-grace', 0);
  const ocsp = text(typed, 'ocspOnUse');
  if (ocsp !== undefined && ocsp !== 'on' && ocsp !== 'off') {
    throw new InvalidInput('ERR_OPTION', `--ocsp-on-use is on or off, not "${ocsp}".`);
  }
  return {
    ...(age === undefined ? {} : { maxRevocationAgeSeconds: age }),
    ...(grace === undefined ? {} : { staleGraceSeconds: grace }),
    ...(ocsp === undefined ? {} : { ocspOnEveryUse: ocsp === 'on' }),
  };
}

export const clientPolicy = recordCommand({
  name: 'client policy',
  summary: 'show or change how old the word on revocation may be, and what happens when it is older',
  shape: (command) => policyOptions(command.argument('<id>', 'name or id')),
  read: (typed) => ({ client: word(typed, 0), changes: readPolicy(typed) }),
  run: async (context, input: { client: string; changes: Partial<RevocationPolicy> }, actor) => {
    const { name, policy } = await changeClientPolicy(context, { ...input, actor });
    return { id: policy.clientId, name, ...shownPolicy(policy) };
  },
  text: ({ name, revocationAgeHours, staleGraceHours, ocspOnUse }) =>
    [
      `${name}, for My Number Cards:`,
      `  without PIN, the word on revocation may be ${revocationAgeHours} hours old`,
      staleGraceHours === 0
        ? '  older: refused'
        : `  older: let in for ${staleGraceHours} more hours, with an alarm; then refused`,
      ocspOnUse ? '  OCSP is asked at every use' : '  OCSP is not asked at use',
    ].join('\n'),
});

/** As people and machines are shown it: in hours. */
export function shownPolicy(policy: RevocationPolicy): {
  readonly revocationAgeHours: number;
  readonly staleGraceHours: number;
  readonly ocspOnUse: boolean;
} {
  return {
    revocationAgeHours: policy.maxRevocationAgeSeconds / 3_600,
    staleGraceHours: policy.staleGraceSeconds / 3_600,
    ocspOnUse: policy.ocspOnEveryUse,
  };
}

const mostHours = 720;

function hours(typed: Typed, name: string, option: string, least: number): number | undefined {
  const given = text(typed, name);
  if (given === undefined) return undefined;
  if (/^\d{1,3}$/.test(given) && Number(given) >= least && Number(given) <= mostHours) {
    return Number(given) * 3_600;
  }
  throw new InvalidInput('ERR_OPTION', `${option} is whole hours, ${least} to ${mostHours}.`);
}
