import { describe, expect, it } from 'vitest';
import { type AcrName, byPassword, byTemporaryCode, toAcr } from '../../../idp/domain/assurance.ts';
import type { CardId } from '../../../idp/domain/card.ts';
import { type Factor, reachedBy } from '../../../idp/domain/factor.ts';
import type { PersonId } from '../../../idp/domain/person.ts';

const hanako = 'hanako' as PersonId;
const card = 'card-1' as CardId;
const password: Factor = { personId: hanako, ...byPassword, at: 2_000 };
const held = (name: AcrName, changes: Partial<Factor> = {}): Factor => ({
  ...{ personId: hanako, acr: toAcr(name), amr: ['user'], at: 1_000, authenticator: card },
  ...changes,
});
const namesOf = (factors: readonly Factor[]) =>
  reachedBy(factors).map(({ acr }) => acr.slice('urn:kazasu:acr:'.length));

describe('factors of one person', () => {
  it.each<AcrName>(['idm', 'serial', 'certificate', 'temporary'])(
    '%s and a password reach their combination, in either order',
    (name) => {
      const expected = [name, `${name}+password`, 'password'].sort();
      expect(namesOf([held(name), password]).sort()).toEqual(expected);
      expect(namesOf([password, held(name)]).sort()).toEqual(expected);
    },
  );

  it('a certificate in the PIN window is a certificate too, with a password or without', () => {
    expect(namesOf([held('certificate-in-window'), password]).sort()).toEqual([
      ...['certificate', 'certificate+password', 'certificate-in-window'],
      ...['certificate-in-window+password', 'password'],
    ]);
  });

  it.each<AcrName>(['card-pin', 'passkey'])(
    '%s needs no password, and is no combination with one',
    (name) => {
      expect(namesOf([held(name), password])).toEqual([name, 'password']);
    },
  );

  it('make a combination that claims the union and no more, is as old as the older, and rests on the card', () => {
    const [combination] = reachedBy([held('certificate'), password]);
    expect(combination).toEqual({
      personId: hanako,
      acr: 'urn:kazasu:acr:certificate+password',
      amr: ['user', 'pwd'],
      at: 1_000,
      authenticator: card,
    });
    const [code] = reachedBy([{ ...held('temporary'), ...byTemporaryCode, at: 3_000 }, password]);
    expect(code).toMatchObject({ amr: ['user', 'pwd'], at: 2_000 });
  });

  it('are no combination with what somebody else proved', () => {
    const another = held('certificate', { personId: 'taro' as PersonId });
    expect(namesOf([another, password])).toEqual(['certificate', 'password']);
  });

  it('count once each: a password twice is a password', () => {
    expect(namesOf([password, { ...password, at: 5 }])).toEqual(['password', 'password']);
  });
});
