import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  CertificationAuthority,
  generateP384KeyPair,
  generateRsaKeyPair,
  type KeyPair,
} from '../../../idp/demo/authority/certification-authority.ts';
import type { CardProfile } from '../../../idp/domain/card-profile.ts';
import { proofMessage } from '../../../idp/domain/proof-message.ts';
import { approveRegistration } from '../../../idp/flows/decide-registration.ts';
import { invitePerson } from '../../../idp/flows/invite-person.ts';
import { openPrompt } from '../../../idp/flows/open-prompt.ts';
import { resumeLogin } from '../../../idp/flows/resume-login.ts';
import { readAnchor } from '../../../idp/jpki/anchors.ts';
import { createCertificateVerifier } from '../../../idp/jpki/certificate-verifier.ts';
import { signWithCard } from '../../../reader-bridge/pin-operations.ts';
import { readCard } from '../../../reader-bridge/read-card.ts';
import { SoftwareJpkiCard } from '../../../reader-bridge/virtual/jpki-card.ts';
import { SoftwareReader } from '../../../reader-bridge/virtual/software-reader.ts';
import { signatureEvidence, wireEvidence } from '../../../reader-bridge/wire-evidence.ts';
import {
  nextCard,
  nextCardPolicy,
  smartphone,
  smartphonePolicy,
  testProfiles,
} from '../../support/card-profiles.ts';
import { type TestPki, testDay } from '../../support/test-pki.ts';
import { begin, type Card, issueCard, type Offer, prove } from './world/cards.ts';
import {
  addEnrolledReader,
  addOidc,
  addPeople,
  admin,
  approver,
  type TestReader,
  tap,
} from './world/people-and-places.ts';
import { createWorld, issuer, type World } from './world/world.ts';

/** What a kind of card is made of: the generation's keys, the policy, and the card itself. */
interface Kind {
  readonly pki: TestPki;
  readonly profile: CardProfile;
  readonly certificatePolicy: string;
  readonly pin: string;
}

let phone: Kind;
let next: Kind;
let world: World;

beforeAll(async () => {
  const rsa = await Promise.all([generateRsaKeyPair(), generateRsaKeyPair()]);
  const p384 = await Promise.all([generateP384KeyPair(), generateP384KeyPair()]);
  phone = { pki: pkiOf(...rsa), profile: smartphone, certificatePolicy: smartphonePolicy, pin: '4071' };
  next = { pki: pkiOf(...p384), profile: nextCard, certificatePolicy: nextCardPolicy, pin: '407140' };
});

afterEach(() => world.close());

function pkiOf(authorityKeys: KeyPair, holder: KeyPair): TestPki {
  const authority = new CertificationAuthority({
    keyPair: authorityKeys,
    notBefore: testDay - 400 * 86_400_000,
  });
  const anchors = [readAnchor(authority.certificate)];
  return { now: testDay, older: authority, newer: authority, holder, anchors };
}

/** An installation that accepts the given profiles. */
async function worldOf({ pki }: Kind, profiles?: readonly CardProfile[]): Promise<World> {
  const made = await createWorld(pki);
  const trust = { anchors: pki.anchors, allowTestAuthorities: true, ...(profiles && { profiles }) };
  return { ...made, context: { ...made.context, certificates: createCertificateVerifier(trust) } };
}

/** A card of the kind on a reader, with its holder's PIN: everything from here to the wire is the bridge's own code. */
class CardOnReader {
  readonly card: Card;
  readonly #kind: Kind;
  readonly #reader = new SoftwareReader();

  constructor(kind: Kind) {
    this.card = issueCard(world, { certificatePolicy: kind.certificatePolicy });
    this.#kind = kind;
    const { certificate, privateKey } = this.card;
    const { profile, pin } = kind;
    const caCertificate = kind.pki.newer.certificate;
    this.#reader.present(new SoftwareJpkiCard({ certificate, caCertificate, privateKey, profile, pin }));
  }

  /** What a tap without PIN reads. */
  async read() {
    return readCard(await this.#reader.waitForCard(AbortSignal.timeout(1000)), 'certificate', testProfiles);
  }

  /** What the card signs with its PIN. */
  async sign(desk: TestReader, nonce: string, offer?: Offer) {
    const presented = await this.#reader.waitForCard(AbortSignal.timeout(1000));
    const purpose = offer === undefined ? 'login' : 'registration';
    const { readerId } = desk;
    const about = offer && { registration: offer };
    const signed = await signWithCard(presented, {
      pin: this.#kind.pin,
      profiles: testProfiles,
      acceptLastTry: false,
      nowSeconds: () => Math.floor(world.clock.now() / 1_000),
      message: (issuedAtSeconds) =>
        proofMessage({ purpose, issuer, readerId, nonce, issuedAtSeconds, ...about }),
    });
    if (signed.outcome !== 'signed') throw new Error(signed.outcome);
    return signatureEvidence(signed.certificate, signed.signature);
  }
}

async function deskOf(world: World): Promise<{ readonly desk: TestReader; readonly clientId: string }> {
  await addPeople(world, 'sato');
  const clientId = await addOidc(world, 'attendance', ['certificate', 'card-pin']);
  return {
    desk: await addEnrolledReader(world, 'desk', { kind: 'workstation', clients: [clientId] }),
    clientId,
  };
}

async function proved(desk: TestReader, held: CardOnReader) {
  const { code } = await invitePerson(world.context, { person: 'sato', inviter: admin });
  const offer = await begin(world, desk, code);
  const evidence = await held.sign(desk, offer.nonce, offer);
  return { offer, outcome: await prove(world, desk, offer, held.card, { evidence }) };
}

async function registered(desk: TestReader, held: CardOnReader): Promise<void> {
  const { offer, outcome } = await proved(desk, held);
  expect(outcome).toMatchObject({ outcome: 'pending' });
  const approval = { registration: offer.registrationId, approver };
  expect(await approveRegistration(world.context, approval)).toMatchObject({ outcome: 'approved' });
}

/** The browser that asked goes on with what the reader posted. */
async function signIn(desk: TestReader, clientId: string, held: CardOnReader, demand: 'tap' | 'pin') {
  const prompt = { clientId, demand, interactionUid: 'browser-1' } as const;
  const { nonce } = await openPrompt(world.context, prompt);
  const reading = demand === 'tap' ? await held.read() : undefined;
  if (reading?.kind === 'unsupported') return reading;
  const evidence = reading ? wireEvidence(reading) : await held.sign(desk, nonce);
  const kept = await tap(world, desk, held.card, { nonce, evidence });
  if (kept.outcome !== 'kept' || kept.returnCode === undefined) return kept;
  return resumeLogin(world.context, { returnCode: kept.returnCode, interactionUids: ['browser-1'] });
}

describe.each([
  ['the smartphone', () => phone],
  ['the next card (ECDSA P-384 with SHA-384)', () => next],
] as const)('%s', (_name, kindOf) => {
  it('is registered by its signature, OCSP and an approver, and signs in with its PIN', async () => {
    world = await worldOf(kindOf(), testProfiles);
    const { desk, clientId } = await deskOf(world);
    const held = new CardOnReader(kindOf());
    await registered(desk, held);
    expect(await signIn(desk, clientId, held, 'pin')).toMatchObject({
      outcome: 'granted',
      acr: 'urn:kazasu:acr:card-pin',
      person: { uid: 'sato' },
    });
  });

  it('is refused where only the present card is accepted', async () => {
    world = await worldOf(kindOf());
    const { desk } = await deskOf(world);
    const { outcome } = await proved(desk, new CardOnReader(kindOf()));
    expect(outcome).toMatchObject({ outcome: 'refused', reason: 'certificate-refused' });
    expect(await world.context.record.cards.list()).toEqual([]);
  });

  it('is refused when its issuer has revoked it', async () => {
    const kind = kindOf();
    world = await worldOf(kind, testProfiles);
    const { desk } = await deskOf(world);
    const held = new CardOnReader(kind);
    kind.pki.newer.revoke(held.card.serialNumber.padStart(8, '0'), testDay);
    const { outcome } = await proved(desk, held);
    expect(outcome).toMatchObject({ outcome: 'refused', reason: 'card-revoked' });
  });
});

describe('a tap without PIN', () => {
  it('by the next card signs in as certificate', async () => {
    world = await worldOf(next, testProfiles);
    const { desk, clientId } = await deskOf(world);
    const held = new CardOnReader(next);
    await registered(desk, held);
    expect(await signIn(desk, clientId, held, 'tap')).toMatchObject({
      outcome: 'granted',
      acr: 'urn:kazasu:acr:certificate',
    });
  });

  it('by a smartphone ends at the reader, with a word that says what to do', async () => {
    world = await worldOf(phone, testProfiles);
    const { desk, clientId } = await deskOf(world);
    const held = new CardOnReader(phone);
    await registered(desk, held);
    expect(await signIn(desk, clientId, held, 'tap')).toEqual({ kind: 'unsupported', name: 'needs-pin' });
  });
});
