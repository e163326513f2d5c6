import type { Instant } from './instant.ts';

/** The wording a person agrees to before a card is registered; a new wording is a new version, kept for ever. */
export interface Consent {
  readonly version: string;
  readonly ja: string;
  readonly en: string;
}

/** A wording as the record keeps it, from the first registration that used it. */
export interface RecordedConsent extends Consent {
  /** Of `consentText`, in hex: what cards signed. */
  readonly sha256: string;
  readonly firstUsedAt: Instant;
}

/** A changed text needs a changed version; a test holds that. */
export const currentConsent: Consent = {
  version: '2026-11-01',
  ja: 'マイナンバーカードの利用者証明用電子証明書の発行番号を、あなたの職員情報とだけ結び付けて保存します。個人番号（マイナンバー）や、カードのICチップ内の氏名・住所・生年月日・性別・顔写真は読み取らず、使用しません。結び付けは、いつでも取り消すことができます。',
  en: 'The number of the user-authentication certificate on your My Number Card will be stored, linked with your staff record only. Your individual number and the name, address, date of birth, sex and photograph in the card’s chip are neither read nor used. You can withdraw the link at any time.',
};

/** The text whose SHA-256 the card signs: both languages and the version, so that none can be exchanged later. */
export function consentText({ version, ja, en }: Consent): string {
  return `${version}\n${ja}\n${en}\n`;
}
