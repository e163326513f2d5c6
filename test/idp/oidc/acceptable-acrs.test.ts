import { describe, expect, it } from 'vitest';
import { toAcr } from '../../../idp/domain/assurance.ts';
import { type AssuranceRequest, acceptableAcrs } from '../../../idp/oidc/acceptable-acrs.ts';

const pin = toAcr('card-pin');
const certificate = toAcr('certificate');
const serial = toAcr('serial');
const accepted = [pin, certificate];
const claims = (acr: unknown) => JSON.stringify({ id_token: { acr } });

describe('what a sign-in may reach', () => {
  it.each<[string, AssuranceRequest, readonly string[], readonly string[]]>([
    ['nothing asked: what the client accepts', {}, accepted, accepted],
    ['acr_values is a wish', { acr_values: pin }, accepted, [pin]],
    ['a wish that the client does not accept changes nothing', { acr_values: serial }, accepted, accepted],
    ['a wish of several', { acr_values: `${serial} ${certificate}` }, accepted, [certificate]],
    ['an essential value is a demand', { claims: claims({ essential: true, value: pin }) }, [pin], [pin]],
    [
      'essential values',
      { claims: claims({ essential: true, values: [serial, certificate] }) },
      [certificate],
      [certificate],
    ],
    [
      'an essential value that the client does not accept cannot be met',
      { claims: claims({ essential: true, value: serial }) },
      [],
      [],
    ],
    [
      'a demand and a wish',
      { claims: claims({ essential: true, values: accepted }), acr_values: certificate },
      accepted,
      [certificate],
    ],
    ['a voluntary acr is no demand', { claims: claims({ value: pin }) }, accepted, accepted],
    ['essential without a value demands none', { claims: claims({ essential: true }) }, accepted, accepted],
    ['claims that are no JSON ask for nothing', { claims: '{' }, accepted, accepted],
    ['claims null', { claims: 'null' }, accepted, accepted],
    [
      'parameters given twice',
      { acr_values: [pin], claims: [claims({ essential: true, value: pin })] },
      accepted,
      accepted,
    ],
  ])('%s', (_case, request, demanded, preferred) => {
    expect(acceptableAcrs(accepted, request)).toEqual({ demanded, preferred });
  });

  it('a client that accepts nothing admits nobody', () => {
    expect(acceptableAcrs([], { acr_values: pin })).toEqual({ demanded: [], preferred: [] });
  });
});
