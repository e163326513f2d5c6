import type { PasskeyTexts } from './passkey-texts.ts';

const day = (when: Date) =>
  new Intl.DateTimeFormat('ja-JP', { dateStyle: 'long', timeZone: 'Asia/Tokyo' }).format(when);
const askForCode = '新しいコードは、承認者に依頼してください。';
const again = '最初からやり直してください。';
const tryAgain = 'もう一度お試しください。';

export const passkeysJa: PasskeyTexts = {
  title: 'パスキーの管理',
  lead: 'パスキーを使うと、指紋、顔、画面ロック、セキュリティキーでサインインできます。カードと違い、人に貸すことはできません。',
  none: '登録されているパスキーはありません。',
  deviceBound: 'この端末だけで使えるパスキー',
  synced: '端末のメーカーにより、ほかの端末にも同期されるパスキー',
  added: (when) => `${day(when)}に登録`,
  lastUsed: (when) => `最後に使った日：${day(when)}`,
  neverUsed: 'まだ使われていません',
  name: '名前',
  rename: '名前を保存する',
  renameOf: (name) => `「${name}」の名前を保存する`,
  remove: '削除する',
  removeOf: (name) => `「${name}」を削除する`,
  removeHint: 'このパスキーではサインインできなくなり、このパスキーでサインインした状態も終了します。',
  add: 'パスキーを登録する',
  addHint:
    '登録の前に、カードと暗証番号、またはお持ちのパスキーで本人確認をします（直前に済ませた方を除く）。',
  addTitle: 'パスキーの登録',
  addLead:
    'サインインに使う端末またはセキュリティキーで操作してください。指紋、顔、暗証番号などの確認があります。',
  nameHint: '見分けるための名前です。例：職場のノートパソコン',
  make: 'パスキーを作成する',
  first: {
    title: 'コードによる最初のパスキーの登録',
    lead: '承認者からコードを受け取った方のページです。カードと暗証番号をお使いの方には、コードは必要ありません。',
    uid: 'ユーザーID',
    uidHint: '職場でサインインに使う名前です。',
    code: 'コード',
    codeHint: '10文字の英数字で、発行から30分間使えます。大文字・小文字やハイフンの違いは問いません。',
    doneTitle: 'パスキーを登録しました',
    done: 'これからは「パスキーを使う」と表示される画面で、このパスキーでサインインできます。',
    toPasskeys: 'パスキーの一覧を見る',
  },
  signIn: {
    title: 'パスキーでサインイン',
    heading: (clientName) => `「${clientName}」にパスキーでサインイン`,
    lead: 'ブラウザーの案内に従い、指紋、顔、画面ロック、またはセキュリティキーで確認してください。',
    use: 'パスキーを使う',
    otherWay: 'ほかの方法でサインインする',
  },
  needsScript:
    'パスキーを使うにはJavaScriptが必要です。このサイトで有効にするか、ほかの方法でサインインしてください。',
  working: 'ブラウザーまたは端末の案内に従ってください。',
  trouble: {
    cancelled: {
      what: '確認が完了しませんでした。',
      next: '操作が取り消されたか、時間切れか、この端末にこのサイトのパスキーがありません。もう一度試すか、ほかの方法でサインインしてください。',
    },
    'not-supported': {
      what: 'このブラウザーでは、パスキーを使うことができません。',
      next: '新しいブラウザーを使うか、ほかの方法でサインインしてください。',
    },
    'known-here': {
      what: 'この端末またはセキュリティキーには、あなたのパスキーがすでに登録されています。',
      next: '登録済みのパスキーを使うか、別の端末で登録してください。',
    },
    unreachable: { what: 'サービスに接続できませんでした。', next: `接続を確認して、${tryAgain}` },
  },
  denial: {
    'passkey-unknown': {
      what: 'このパスキーは登録されていないか、削除されています。',
      next: '別のパスキーか、ほかの方法でサインインしてください。',
    },
    'passkey-invalid': {
      what: 'パスキーの応答を確認できませんでした。',
      next: `${tryAgain}うまくいかないときは、ほかの方法でサインインし、管理者に連絡してください。`,
    },
    'passkey-challenge-unknown': {
      what: '時間切れになったか、同じ応答が2度送られました。',
      next: tryAgain,
    },
    'passkey-copied': {
      what: 'このパスキーは複製されたおそれがあるため、使用できません。',
      next: '管理者に連絡してから、このパスキーを削除し、新しいパスキーを登録してください。',
    },
  },
  refusal: {
    'person-not-active': { what: '現在、登録することができません。', next: '管理者に連絡してください。' },
    'proof-too-old': { what: '本人確認から5分が過ぎました。', next: again },
    'code-wrong': {
      what: 'ユーザーIDとコードの組み合わせが違うか、コードが使用済みまたは期限切れです。',
      next: `両方を確かめてください。${askForCode}`,
    },
    'not-the-first': {
      what: 'パスキーがすでに登録されています。コードは最初の登録だけに使えます。',
      next: '登録済みのパスキーでサインインし、追加してください。',
    },
    'too-many-passkeys': {
      what: 'パスキーが20個登録されています。',
      next: '使っていないパスキーを削除してください。',
    },
    'challenge-unknown': { what: '時間切れになったか、同じ応答が2度送られました。', next: again },
    'passkey-invalid': {
      what: 'この端末の応答を確認できませんでした。',
      next: '指紋、顔、暗証番号などによる本人確認が必要です。もう一度試すか、別の端末で登録してください。',
    },
    'passkey-known': {
      what: 'このパスキーは、すでに登録されています。',
      next: '別の端末で登録してください。',
    },
  },
  tooManyAnswers: {
    what: 'このパスキーの応答を確認できないことが続きました。',
    next: 'しばらく待つか、ほかの方法でサインインしてください。',
  },
  tooManyGuesses: {
    what: 'コードの入力に続けて失敗しました。',
    next: `30分ほど待ってからお試しください。${askForCode}`,
  },
};
