import { type CardProfile, myNumberCard } from '../../idp/domain/card-profile.ts';
import { readCardProfiles } from '../../idp/domain/read-card-profiles.ts';

/** Policies in the arc that IANA keeps for examples: the real ones are not published. */
export const smartphonePolicy = '1.3.6.1.4.1.32473.1';
export const nextCardPolicy = '1.3.6.1.4.1.32473.2';

/** A file of profiles as an operator might write it once all is known; every number in it is made up. */
export const profilesFile = [
  { name: myNumberCard.name, extends: 'my-number-card-2016' },
  { name: 'smartphone', extends: 'smartphone', certificatePolicies: [smartphonePolicy] },
  {
    name: 'next-card',
    extends: 'next-generation',
    certificatePolicies: [nextCardPolicy],
    application: {
      // The first digit F: registered for nobody. See ISO/IEC 7816-4 §12.2.3.
      aid: 'F04B415A4153550001',
      certificate: { fileId: '0101', shortId: '05' },
      certificateNeedsPin: false,
      privateKey: { fileId: '0102' },
      pin: { fileId: '0103', reference: '81', digits: 6, maxTries: 5 },
    },
  },
] as const;

export const testProfiles = readCardProfiles(profilesFile);
export const [presentCard, smartphone, nextCard] = testProfiles as [CardProfile, CardProfile, CardProfile];
