import { generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { actor } from '../../../../idp/domain/registration.ts';
import { stationMessage } from '../../../../idp/domain/station.ts';
import { makePairingCode } from '../../../../idp/flows/pair-station.ts';
import { Browser, type Page } from './browser.ts';
import type { RunningIdp } from './running-idp.ts';

/** A browser of a kiosk: what its page's script does, with a key of its own. */
export class KioskBrowser extends Browser {
  readonly #idp: RunningIdp;
  readonly #privateKey: KeyObject;
  readonly publicKey: JsonWebKey;
  pairingId = '';

  constructor(idp: RunningIdp, language = 'en') {
    super(language);
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#idp = idp;
    this.#privateKey = privateKey;
    this.publicKey = publicKey.export({ format: 'jwk' });
  }

  /** Has an administrator make a code, and enters it. */
  async pair(reader: string): Promise<this> {
    const { pairingCode } = await makePairingCode(this.#idp.context, { reader, actor: actor('os', 0) });
    const answer = await this.enter(pairingCode);
    if (answer.status !== 200) throw new Error(`pairing: ${answer.status} ${answer.text}`);
    this.pairingId = (JSON.parse(answer.text) as { pairingId: string }).pairingId;
    return this;
  }

  enter(code: string): Promise<Page> {
    return this.postJson(`${this.#idp.issuer}/station/pair`, { code, publicKey: this.publicKey });
  }

  /** In base64url, as the script sends it. @see W3C Web Cryptography API §23.7.1 (ECDSA: r and s side by side) */
  sign(interactionUid: string, challenge: string, pairingId = this.pairingId): string {
    const message = stationMessage({ issuer: this.#idp.issuer, pairingId, interactionUid, challenge });
    const key = { key: this.#privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return sign('sha256', message, key).toString('base64url');
  }
}
