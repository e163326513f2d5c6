import type { DirectoryRule } from './directory-rule.ts';
import type { BothLanguages } from './notice.ts';

/** What each rule says, to an administrator who asks why a device was answered as it was. */
export const directoryRuleTexts: { readonly [rule in DirectoryRule]: BothLanguages } = {
  'card-way-not-in-profile': both(
    'この機器のプロファイルでは、この方法でカードを使えません。',
    'The device’s profile does not let it use cards in this way.',
  ),
  'card-asserted-twice': both(
    '一度の操作に異なるカード番号が二つ以上あります。',
    'More than one card number in one operation is refused.',
  ),
  'card-not-by-equality': both(
    'カードの属性は完全一致でのみ検索できます。存在・部分・範囲・否定の検索は断ります。',
    'A card attribute is asked by equality alone: presence, substrings, ranges and negations are refused.',
  ),
  'card-spelled-otherwise': both(
    'この機器のプロファイルに定めた書き方の番号ではありません。',
    'The value is no card number in the spelling of the device’s profile.',
  ),
  'card-base-elsewhere': both(
    '検索の起点と範囲に、人のエントリーが入りません。',
    'The base and scope of the search reach no person.',
  ),
  'card-person-not-matched': both(
    'カードは認めましたが、起点またはフィルターの残りがその持ち主に合いません。',
    'The card signs in, but the base or the rest of the filter is not of its holder.',
  ),
  'person-searches-no-cards': both(
    '人としてバインドした接続からは、カードを検索できません。',
    'Who is bound as a person searches no cards.',
  ),
  'guesses-stopped': both(
    '知られていないカード番号が続いたため、この機器を止めています。',
    'The device is stopped: it sent too many unknown card numbers.',
  ),
  'write-not-in-profile': both(
    'この機器のプロファイルでは、何も書き込めません。',
    'The device’s profile takes nothing that is written.',
  ),
  'write-not-by-person': both(
    'カードの登録は、本人としてバインドした接続からだけ申請できます。',
    'A card is asked for on a connection that its holder bound, by no service account.',
  ),
  'write-of-another-entry': both(
    'カードの登録は、本人のエントリーにだけ申請できます。',
    'A card is asked for in the own entry and no other.',
  ),
  'write-of-something-else': both(
    '書き込めるのは、カードの属性への番号一つだけです。',
    'One number in a card attribute is all that may be written.',
  ),
  'write-takes-away': both(
    'カードは書き込みで外せません。停止または失効は管理者が行います。',
    'A card is not taken away by writing: an administrator suspends or revokes it.',
  ),
  'write-needs-signature': both(
    'マイナンバーカードは番号では登録できません。カードの署名が必要です。',
    'A My Number Card is registered with its signature and not by its number.',
  ),
  'own-entry': both('本人のエントリーだけが見えます。', 'A person sees the own entry and no other.'),
  'people-of-client': both(
    'この機器の対象となる人とグループだけが見えます。',
    'The device sees the people and groups that it is for.',
  ),
  'people-not-in-profile': both(
    'この機器のプロファイルでは、人とグループは見えません。',
    'The device’s profile does not let it see people and groups.',
  ),
  'entry-not-there': both(
    'そこには読めるエントリーがありません。',
    'There is no entry at the base that could be read.',
  ),
  anonymous: both(
    'バインドしていない接続には、ルートDSEとスキーマだけが見えます。',
    'Who is not bound sees the root DSE and the schema only.',
  ),
  'no-longer-admitted': both(
    '機器か人が停止されたか、秘密が更新されたか、この機器では人がその方法でバインドできません。',
    'The device or the person was stopped, the secret was rotated, or people do not bind that way at this device.',
  ),
  'password-missing': both('名前だけでパスワードがありません。', 'A name without a password is no bind.'),
  'certificate-missing': both(
    'TLSのクライアント証明書がありません。',
    'SASL EXTERNAL needs TLS with a client certificate.',
  ),
  'device-unknown': both(
    'そのような機器アカウントはありません。',
    'There is no device account of this name.',
  ),
  'device-disabled': both('この機器アカウントは停止されています。', 'The device account is disabled.'),
  'secret-wrong': both('機器の秘密が違います。', 'The device’s secret is wrong.'),
  'certificate-unknown': both(
    'この証明書はどの機器にも登録されていません。',
    'The TLS client certificate is noted for no device.',
  ),
  'certificate-of-another': both(
    'この証明書は、別の機器のものです。',
    'The TLS client certificate is noted for another device than was asked for.',
  ),
  'device-ambiguous': both(
    'どの機器でのバインドか決まりません。先に機器アカウントでバインドするか、アドレスを一つの機器に定めてください。',
    'It is not clear at which device: let the device bind first, or give its address to one device only.',
  ),
  'way-not-allowed': both(
    'この機器のプロファイルでは、人はバインドできません。',
    'The device’s profile lets nobody bind as a person.',
  ),
  'person-unknown': both('この名前の人はいません。', 'Nobody has this name.'),
  'password-wrong': both('パスワードが違います。', 'The password is wrong.'),
  'no-directory': both(
    'パスワードを尋ねるディレクトリーが設定されていません。',
    'No directory is configured that could be asked about passwords.',
  ),
  'too-many-tries': both(
    '誤ったパスワードが続いたため、しばらく尋ねません。',
    'There were too many wrong passwords: for a while nothing is asked.',
  ),
  'too-many-waiting': both(
    'この機器では、すでに多くの人がかざすのを待っています。',
    'Too many people wait for a tap at this device already.',
  ),
  'address-not-allowed': both(
    'この機器に許されたアドレスではありません。',
    'The address is not among those of the device.',
  ),
  'plaintext-not-allowed': both(
    'この機器はTLSなしではバインドできません。',
    'The device may not bind without TLS.',
  ),
  'client-disabled': both('この機器アカウントは停止されています。', 'The device account is disabled.'),
  'unknown-card': both('この番号のカードは登録されていません。', 'No registered card has this number.'),
  'issuer-mismatch': both(
    'この番号のカードは、別の発行者のものです。',
    'The card of this number is of another issuer.',
  ),
  'ambiguous-card': both(
    'この番号のカードが複数あり、番号だけでは決まりません。',
    'Several cards have this number: the number alone does not tell which.',
  ),
  'card-suspended': both('カードは一時停止中です。', 'The card is suspended.'),
  'card-revoked': both('カードは失効しています。', 'The card is revoked.'),
  'card-retired': both('カードは使用を終えています。', 'The card is no longer in use.'),
  'card-not-yet-valid': both('カードはまだ有効期間に入っていません。', 'The card is not valid yet.'),
  'card-expired': both('カードの有効期間は終わっています。', 'The card has expired.'),
  'person-suspended': both('持ち主は利用を停止されています。', 'The holder is suspended.'),
  'person-left': both('持ち主は退職しています。', 'The holder has left.'),
  'organization-not-served': both(
    'この機器は、持ち主の組織を対象としていません。',
    'The device is not for the holder’s organisation.',
  ),
  'group-required': both(
    '持ち主は、必要なグループに属していません。',
    'The holder is in none of the required groups.',
  ),
  'outside-hours': both(
    'この機器が使える曜日・時間ではありません。',
    'It is outside the days and hours at which the device lets people in.',
  ),
  'tap-missing': both(
    'この機器に割り当てた読取装置で、今かざしたカードがありません。',
    'There is no fresh tap of the card at a reader of this device.',
  ),
  'reader-disabled': both('読取装置は停止されています。', 'The reader is disabled.'),
  'reader-not-for-client': both(
    '読取装置は、この機器に割り当てられていません。',
    'The reader does not serve this device.',
  ),
  'tap-void': both('このかざしは無効にされました。', 'The tap was made void.'),
  'tap-used': both('このかざしはもう使われました。', 'The tap was used already.'),
  'tap-stale': both('かざしてから時間がたちすぎました。', 'The tap is too old.'),
  'tap-from-the-future': both('読取装置の時計が進んでいます。', 'The reader’s clock is ahead.'),
  'tap-before-request': both('求める前のかざしです。', 'The tap was before the request.'),
  'organization-not-verifier': both(
    '持ち主の組織は署名検証者として届け出ていません。',
    'The holder’s organisation is not declared as a verifier of signatures.',
  ),
  'never-proved-by-signature': both(
    'このカードは署名で確かめられたことがありません。',
    'The card was never proved by a signature.',
  ),
  'revocation-unknown': both(
    'カードが失効していないことを、十分に新しく確かめられません。',
    'Nobody said lately enough that the card is not revoked.',
  ),
  'certificate-unknown-to-issuer': both(
    '発行者がこの証明書を知りません。',
    'The issuer does not know the certificate.',
  ),
  'assurance-not-accepted': both(
    'この機器が受け入れる確からしさに届きません。',
    'What was shown is less than the device accepts.',
  ),
};

function both(ja: string, en: string): BothLanguages {
  return { ja, en };
}
