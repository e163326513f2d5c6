import { approvalJa } from './approval-ja.ts';
import type { Reasons } from './catalogue.ts';
import { askAdministrator, holdAgain, registerAgain, startAgain, usePin } from './next-steps-ja.ts';
import { bridgeReasonsJa, certificateReasonsJa } from './reader-reasons-ja.ts';
import { codeReasonsJa, passwordReasonsJa, signInReasonsJa } from './sign-in-forms-ja.ts';
import { stationRefusalsJa } from './station-ja.ts';

const denial: Reasons['denial'] = {
  'client-disabled': { what: 'このシステムへのサインインは停止されています。', next: askAdministrator },
  'unknown-card': {
    what: 'このカードは登録されていません。',
    next: `${registerAgain}カードを更新・再発行したときも、新しいカードの登録が必要です。`,
  },
  'issuer-mismatch': {
    what: 'カードの証明書の発行者が、登録されているものと違います。',
    next: `カードを更新・再発行した方は、新しいカードを登録してください。心当たりがないときは、${askAdministrator}`,
  },
  'ambiguous-card': {
    what: '番号だけでは、どのカードか特定できませんでした。',
    next: `${usePin}できないときは、${askAdministrator}`,
  },
  'card-suspended': { what: 'このカードは一時停止されています。', next: askAdministrator },
  'card-revoked': {
    what: 'このカードの電子証明書は失効しています。',
    next: 'お住まいの市区町村の窓口で証明書を確認してください。更新した後に、カードの登録が必要です。',
  },
  'card-retired': {
    what: 'このカードは使用を終了しています。',
    next: '新しいカードをお持ちの方は、そのカードをかざしてください。',
  },
  'card-not-yet-valid': {
    what: 'このカードは、まだ有効期間が始まっていません。',
    next: `有効期間が始まってから試してください。すぐに必要なときは、${askAdministrator}`,
  },
  'card-expired': {
    what: 'このカードの有効期限が切れています。',
    next: '電子証明書はお住まいの市区町村の窓口で更新できます。更新した後に、カードの登録が必要です。',
  },
  'person-suspended': { what: 'あなたの利用は一時停止されています。', next: askAdministrator },
  'person-left': { what: 'あなたの利用は終了しています。', next: askAdministrator },
  'organization-not-served': {
    what: 'このシステムは、あなたの組織では利用できません。',
    next: '必要なときは、システムの管理者に連絡してください。',
  },
  'group-required': {
    what: 'このシステムを利用する権限がありません。',
    next: '必要なときは、所属を通じてシステムの管理者に申請してください。',
  },
  'outside-hours': {
    what: 'このサービスを使える曜日・時間帯ではありません。',
    next: '使える時間になってからもう一度かざしてください。時間については管理者にお尋ねください。',
  },
  'tap-missing': { what: 'カードがかざされたことを確認できませんでした。', next: holdAgain },
  'reader-disabled': {
    what: 'このカードリーダーは停止されています。',
    next: `別のリーダーを使うか、${askAdministrator}`,
  },
  'reader-not-for-client': {
    what: 'このカードリーダーは、このシステムの「かざすだけ」のサインインに対応していません。',
    next: `${usePin}できないときは、${askAdministrator}`,
  },
  'tap-void': { what: 'この読み取りは、管理者により無効とされています。', next: askAdministrator },
  'tap-used': { what: 'この読み取りは、すでに使われています。', next: holdAgain },
  'tap-stale': { what: 'カードをかざしてから時間がたちすぎました。', next: holdAgain },
  'tap-from-the-future': {
    what: 'カードリーダーのあるパソコンの時計が進んでいます。',
    next: `時計を合わせてから試すか、${askAdministrator}`,
  },
  'tap-before-request': { what: 'サインインを始める前の読み取りは使えません。', next: holdAgain },
  'organization-not-verifier': {
    what: 'あなたの組織では、マイナンバーカードを暗証番号なしで使う届出が済んでいません。',
    next: usePin,
  },
  'never-proved-by-signature': {
    what: 'このカードは、暗証番号による確認がまだ済んでいません。',
    next: usePin,
  },
  'revocation-unknown': {
    what: 'カードの証明書が有効かどうかを、いま確認できません。',
    next: `${usePin}できないときは、しばらく待ってから試してください。続くときは、${askAdministrator}`,
  },
  'certificate-unknown-to-issuer': {
    what: 'カードの証明書が、発行元に登録されていません。',
    next: `カードを発行した窓口で証明書を確認してください。${askAdministrator}`,
  },
  'assurance-not-accepted': {
    what: 'このシステムは、この方法でのサインインを受け付けていません。',
    next: usePin,
  },
};

const returned: Reasons['returned'] = {
  'return-code-unknown': { what: 'このサインインの続きが見つかりません。', next: startAgain },
  'return-code-used': { what: 'このサインインは、すでに使われています。', next: startAgain },
  'return-code-expired': { what: '時間が切れました。', next: startAgain },
  'return-code-of-another-browser': {
    what: 'このサインインは、このブラウザーで始められたものではありません。',
    next: `${startAgain}ご自分で始めた覚えがないときは、何もせずに画面を閉じてください。`,
  },
  'reader-unknown': {
    what: 'カードを読み取ったリーダーは、もう登録されていません。',
    next: askAdministrator,
  },
};

const setup: Reasons['setup'] = {
  'setup-token-wrong': {
    what: 'このリンクは正しくありません。',
    next: 'サーバーのデータフォルダーにあるリンクを、最後まで正確に開いてください。',
  },
  'setup-token-expired': {
    what: 'このリンクの有効期限（15分）が切れています。',
    next: 'サーバーを起動し直すと、新しいリンクが作られます。',
  },
  'setup-done': {
    what: '最初の管理者は、すでに登録されています。',
    next: '管理者の追加は、登録済みの管理者が行ってください。',
  },
};

const trouble: Reasons['trouble'] = {
  'application-unknown': {
    what: 'このシステムは登録されていないか、停止されています。',
    next: 'ご利用のシステムの管理者に連絡してください。',
  },
  'redirect-unknown': {
    what: 'システムの戻り先が、登録されているものと違います。',
    next: 'ご利用のシステムの管理者に連絡してください。',
  },
  'sign-in-expired': { what: 'サインインの手続きが終わったか、時間が切れています。', next: startAgain },
  'request-invalid': {
    what: 'システムから届いた要求に誤りがあります。',
    next: 'ご利用のシステムの管理者に、下の番号と内容を伝えてください。',
  },
  'sign-in-not-possible': {
    what: 'システムが求める方法でのサインインができませんでした。',
    next: startAgain,
  },
  'not-found': { what: 'お探しのページはありません。', next: startAgain },
  'method-not-allowed': { what: 'この操作はできません。', next: startAgain },
  'too-large': { what: '送られた内容が大きすぎます。', next: '内容を小さくして、もう一度送ってください。' },
  'content-type': {
    what: '送られた内容の種類 (Content-Type) が違います。',
    next: 'カードリーダーのプログラムを更新してください。',
  },
  malformed: {
    what: '送られた内容を読み取れませんでした。',
    next: '内容を確かめて、もう一度送ってください。',
  },
  'wrong-host': {
    what: 'このアドレスでは利用できません。',
    next: '管理者から知らされた正しいアドレスを開いてください。',
  },
  'cross-site': {
    what: 'ほかのサイトから送られた操作は受け付けられません。',
    next: 'このサービスの画面から、もう一度操作してください。',
  },
  'too-many-attempts': {
    what: '誤った試行が続いたため、しばらく受け付けられません。',
    next: '数分待ってから、もう一度試してください。',
  },
  'temporarily-unavailable': {
    what: 'ただいま確認ができません。サインインできるかどうかは、まだ決まっていません。',
    next: `少し待ってから、もう一度試してください。続くときは、${askAdministrator}`,
  },
  'internal-error': {
    what: '予期しない問題が起きました。',
    next: 'もう一度試してください。続くときは、下の番号を管理者に伝えてください。',
  },
};

export const reasonsJa: Reasons = {
  ...{ denial, returned, setup, trouble },
  bridge: bridgeReasonsJa,
  certificate: certificateReasonsJa,
  approval: approvalJa,
  station: stationRefusalsJa,
  password: passwordReasonsJa,
  code: codeReasonsJa,
  signIn: signInReasonsJa,
};
