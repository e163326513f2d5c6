import type { SessionTexts } from './session-texts.ts';

const moment = (when: Date) =>
  new Intl.DateTimeFormat('ja-JP', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Tokyo' }).format(
    when,
  );

export const sessionsJa: SessionTexts = {
  title: 'サインイン中の端末とシステム',
  lead: 'あなたがいまサインインしているところです。覚えのないものがあれば終了し、管理者に知らせてください。',
  thisBrowser: 'このブラウザー',
  withoutBrowser: 'ブラウザーを使わない利用',
  session: (signedInAt) => `${moment(signedInAt)}のサインイン`,
  systems: 'システム',
  noSystem: 'まだどのシステムも開いていません',
  factor: 'サインインの方法',
  since: 'サインインした時刻',
  lastUse: '最後に使った時刻',
  moment,
  factors: {
    idm: 'ICカード（FeliCa）',
    serial: 'カード（番号の読み取り）',
    certificate: 'マイナンバーカード（暗証番号なし）',
    'certificate-in-window': 'マイナンバーカード（少し前に暗証番号を入力）',
    'card-pin': 'マイナンバーカードと暗証番号',
    passkey: 'パスキー',
    password: 'パスワード',
    temporary: '一時的なカードまたはコード',
  },
  unknownFactor: '記録がありません',
  end: '終了する',
  endHere: 'このブラウザーでサインアウトする',
  endOthers: 'ほかのサインインをすべて終了する',
  endOthersHint: 'このブラウザー以外のサインインが、すべてのシステムで終了します。',
  noOthers: 'ほかにサインインしているところはありません。',
};
