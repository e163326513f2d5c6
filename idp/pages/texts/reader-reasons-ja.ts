import type { Reasons } from './catalogue.ts';
import { askAdministrator, freshInvitation, holdAgain, readerAdministrator } from './next-steps-ja.ts';

/** What is said at a reader. */
export const bridgeReasonsJa: Reasons['bridge'] = {
  'reader-unknown': {
    what: 'このリーダーは登録されていません。',
    next: `リーダーを登録し直してください（kazasu bridge enroll）。`,
  },
  'reader-not-enrolled': {
    what: 'このリーダーの登録が完了していません。',
    next: '登録用コードで登録してください（kazasu bridge enroll）。',
  },
  'reader-disabled': { what: 'このリーダーは停止されています。', next: readerAdministrator },
  'message-signature-invalid': {
    what: 'このリーダーの署名を確認できませんでした。',
    next: `リーダーを登録し直してください（kazasu bridge enroll）。`,
  },
  'message-malformed': {
    what: 'リーダーから届いた内容を読み取れませんでした。',
    next: 'カードリーダーのプログラムを更新してください。',
  },
  'message-stale': {
    what: '読み取りから時間がたちすぎたか、パソコンの時計が遅れています。',
    next: '時計を確認し、もう一度カードをかざしてください。',
  },
  'message-from-the-future': {
    what: 'パソコンの時計が進んでいます。',
    next: '時計を合わせてから、もう一度カードをかざしてください。',
  },
  'number-malformed': {
    what: 'カードの番号を正しく読み取れませんでした。',
    next: 'カードをいったん離し、もう一度かざしてください。',
  },
  'certificate-refused': {
    what: 'カードの電子証明書を受け付けられませんでした。',
    next: `有効なマイナンバーカードか確認してください。分からないときは、${askAdministrator}`,
  },
  'signature-invalid': {
    what: 'カードの署名を確認できませんでした。',
    next: 'カードをいったん離し、もう一度やり直してください。',
  },
  'tap-before-request': { what: 'サインインを始める前の読み取りは使えません。', next: holdAgain },
  'tap-replayed': { what: 'この読み取りは、すでに届いています。', next: holdAgain },
  'counter-not-risen': {
    what: 'この読み取りは、順番が古いため受け付けられません。',
    next: `もう一度カードをかざしてください。続くときは、${readerAdministrator}`,
  },
  'prompt-unknown': {
    what: 'このサインインの要求が見つかりません。',
    next: 'サインイン画面に戻り、もう一度始めてください。',
  },
  'prompt-answered': {
    what: 'このサインインでは、すでにカードが読み取られています。',
    next: 'サインイン画面に戻り、もう一度始めてください。',
  },
  'prompt-expired': {
    what: '時間が切れました。',
    next: 'サインイン画面に戻り、もう一度始めてください。',
  },
  'invitation-unknown': {
    what: '招待コードが正しくありません。',
    next: 'コードを確かめて、もう一度入力してください。',
  },
  'invitation-used': { what: 'この招待コードは、すでに使われています。', next: freshInvitation },
  'invitation-expired': { what: 'この招待コードの有効期限が切れています。', next: freshInvitation },
  'person-not-active': { what: '登録する方の利用が停止されています。', next: askAdministrator },
  'registration-unknown': {
    what: 'この登録手続きが見つかりません。',
    next: '招待コードの入力からやり直してください。',
  },
  'registration-of-another-reader': {
    what: 'この登録手続きは、別のリーダーで始められています。',
    next: '始めたリーダーで続けるか、招待コードの入力からやり直してください。',
  },
  'registration-expired': {
    what: '登録手続きの時間が切れました。',
    next: '招待コードの入力からやり直してください。',
  },
  'registration-already-proved': {
    what: 'この登録は、すでに申請されています。',
    next: '承認されるまでお待ちください。',
  },
  'nonce-mismatch': {
    what: '署名が、この登録手続きのものではありません。',
    next: '招待コードの入力からやり直してください。',
  },
  'signature-required': {
    what: '登録には、暗証番号によるカードの署名が必要です。',
    next: 'カードを置き、暗証番号を入力してください。',
  },
  'card-revoked': {
    what: 'このカードの電子証明書は失効しています。',
    next: 'お住まいの市区町村の窓口で証明書を確認してください。',
  },
  'card-on-hold': {
    what: 'このカードの電子証明書は、発行者により一時停止されています。',
    next: 'お住まいの市区町村の窓口で証明書を確認してください。',
  },
  'card-unknown-to-issuer': {
    what: 'カードの発行者が、この証明書を確認できませんでした。',
    next: 'お住まいの市区町村の窓口で証明書を確認してください。',
  },
  'card-already-registered': { what: 'このカードは、すでに登録されています。', next: askAdministrator },
  'card-already-pending': {
    what: 'このカードは、すでに登録を申請されています。',
    next: `承認されるまでお待ちください。心当たりがないときは、${askAdministrator}`,
  },
  'enrolment-code': {
    what: 'リーダーの登録用コードが正しくないか、期限が切れています。',
    next: '管理者に、新しい登録用コードの発行を依頼してください（kazasu reader code）。',
  },
  'public-key': {
    what: 'リーダーの公開鍵が正しくありません。P-256 の鍵が必要です。',
    next: 'カードリーダーのプログラムを更新してください。',
  },
};

/** Why a card's certificate is refused. */
export const certificateReasonsJa: Reasons['certificate'] = {
  malformed: '証明書を読み取れません。',
  'trailing-bytes': '証明書を読み取れません。',
  'serial-number-invalid': '証明書の番号が正しくありません。',
  'no-anchor': 'このサーバーに認証局の証明書が設定されていません。',
  'test-authority': '試験用の認証局の証明書は使えません。',
  'issuer-unknown': '知らない認証局の証明書です。',
  'signature-invalid': '認証局の署名を確認できません。',
  'algorithm-not-in-profile': '証明書の署名方式が対象外です。',
  'key-not-in-profile': '証明書の鍵が対象外です。',
  'key-usage': '利用者証明用の証明書ではありません。',
  'extended-key-usage': '利用者証明用の証明書ではありません。',
  'certificate-policy': '利用者証明用の証明書ではありません。',
  'unknown-critical-extension': '証明書に未対応の項目があります。',
  'ca-certificate': '認証局の証明書は使えません。',
  'not-yet-valid': '証明書の有効期間が始まっていません。',
  expired: '証明書の有効期限が切れています。',
  'issuer-expired': '認証局の証明書の有効期限が切れています。',
  'validity-too-long': '証明書の有効期間が規定より長くなっています。',
};
