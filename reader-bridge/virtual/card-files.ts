import { type CardProfile, myNumberCard } from '../../idp/domain/card-profile.ts';
import { SoftwarePin } from './software-pin.ts';

/** What lies on a software card, by file identifier. */
export interface CardFiles {
  readonly contents: ReadonlyMap<number, Uint8Array>;
  readonly pins: ReadonlyMap<number, SoftwarePin>;
  /** Which PIN unlocks which key. */
  readonly pinOfKey: ReadonlyMap<number, number>;
  /** Which PIN unlocks reading which file. */
  readonly pinOfFile: ReadonlyMap<number, number>;
  readonly fileOfShortId: ReadonlyMap<number, number>;
}

export interface CardContents {
  /** The user-authentication certificate, DER. */
  readonly certificate: Uint8Array;
  /** Its CA's, DER. */
  readonly caCertificate: Uint8Array;
  readonly pin: string;
  /** The profile's number unless said otherwise. */
  readonly triesLeft?: number;
  /** What its token information says; the profile's first label unless said otherwise. */
  readonly tokenLabel?: string;
}

/** Letters that no 4-digit PIN is mistaken for. */
const signaturePassword = 'NOTUSED9';
const caFile = 0x000b;

/** Lays a card out as its profile says. */
export function cardFiles({ application }: CardProfile, card: CardContents): CardFiles {
  const { aid, certificateNeedsPin, tokenInfo = { fileId: '0006', labels: [''] } } = application;
  const [certificateFile, pinFile] = [
    hexNumber(application.certificate.fileId),
    hexNumber(application.pin.fileId),
  ];
  const { tokenLabel = tokenInfo.labels[0] ?? '', certificate, caCertificate } = card;
  const signature = aid === myNumberCard.application.aid ? signatureHalf(card) : nothing;
  const { shortId } = application.certificate;
  return {
    contents: new Map([
      ...signature.contents,
      [hexNumber(tokenInfo.fileId), Buffer.from(tokenLabel.padEnd(32), 'ascii')],
      [caFile, caCertificate],
      [certificateFile, certificate],
    ]),
    pins: new Map([
      ...signature.pins,
      [pinFile, new SoftwarePin(card.pin, application.pin.maxTries, card.triesLeft)],
    ]),
    pinOfKey: new Map([...signature.pinOfKey, [hexNumber(application.privateKey.fileId), pinFile]]),
    pinOfFile: new Map(certificateNeedsPin ? [[certificateFile, pinFile]] : []),
    fileOfShortId: new Map(shortId === undefined ? [] : [[hexNumber(shortId), certificateFile]]),
  };
}

type SignatureHalf = Pick<CardFiles, 'contents' | 'pins' | 'pinOfKey'>;

const nothing: SignatureHalf = { contents: new Map(), pins: new Map(), pinOfKey: new Map() };

/** It is not played: its files hold the same certificates so that other programs find some, and its key signs nothing. */
const signatureHalf = ({ certificate, caCertificate }: CardContents): SignatureHalf => ({
  contents: new Map([
    [0x0001, certificate],
    [0x0002, caCertificate],
  ]),
  pins: new Map([[0x001b, new SoftwarePin(signaturePassword, 5)]]),
  pinOfKey: new Map([[0x001a, 0x001b]]),
});

export const hexNumber = (hex: string): number => Number.parseInt(hex, 16);
