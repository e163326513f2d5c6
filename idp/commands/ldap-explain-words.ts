import type { AuditEventType } from '../domain/audit-event.ts';
import type { CardSpelling } from '../domain/device-profile.ts';
import type { GuessStage } from '../flows/device-guesses.ts';

/** What an explanation says around the rules themselves. */
export interface ExplainWords {
  readonly setting: (device: string, address: string, channel: 'tls' | 'plain', at: string) => string;
  readonly bindResult: (code: number, bound: 'device' | 'card' | 'person') => string;
  readonly stage: (stage: GuessStage, device: string) => string;
  readonly asPerson: (uid: string) => string;
  readonly takenFor: {
    readonly [takenFor in 'people' | 'card' | 'card-unreadable' | 'refused']: (
      spelling: CardSpelling,
    ) => string;
  };
  readonly issuerNotAsked: string;
  readonly searchResult: (code: number, entries: number) => string;
  readonly entries: (count: number) => string;
  readonly nothingDone: string;
  readonly noEvents: (device: string) => string;
  readonly ways: { readonly [way: string]: string };
  readonly events: { readonly [type in AuditEventType]?: string };
}

const spelled = ({ kind, base, octets, byteOrder, digits, pattern }: CardSpelling) =>
  [
    ...[kind, base, `${octets} octets`, byteOrder, digits === 0 ? undefined : `${digits} digits`],
    pattern === undefined ? undefined : `pattern ${pattern}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');

const en: ExplainWords = {
  setting: (device, address, channel, at) =>
    `The device "${device}" from ${address}, ${channel === 'tls' ? 'over TLS' : 'without TLS'}, at ${at}, with its right secret.`,
  bindResult: (code, bound) =>
    `The bind of the ${bound} ${code === 0 ? 'succeeds' : 'fails'} (result ${code}).`,
  stage: (stage, device) =>
    `At this moment a real operation would be ${stage === 'stopped' ? 'refused unanswered (result 51)' : 'answered late'}: the device sent too many unknown card numbers. See kazasu client guesses; to lift it: kazasu client resume "${device}"`,
  asPerson: (uid) => `On this connection ${uid} is bound as a person.`,
  takenFor: {
    people: () => 'The filter names no card attribute of the device: a search of people and groups.',
    card: (spelling) =>
      `The filter is a card search; the number is spelled as the profile says (${spelled(spelling)}).`,
    'card-unreadable': (spelling) =>
      `The filter is a card search, but the value is no number as the profile spells them (${spelled(spelling)}).`,
    refused: () => 'The filter asks about a card attribute in a way that is refused.',
  },
  issuerNotAsked: 'At a real use the issuer would also be asked by OCSP; here its answer is taken for good.',
  searchResult: (code, entries) =>
    `The search ends in result ${code} with ${entries === 1 ? '1 entry' : `${entries} entries`}.`,
  entries: (count) => (count === 1 ? '1 entry' : `${count} entries`),
  nothingDone: 'This was a rehearsal: nobody was signed in, no tap was used, nothing was counted.',
  noEvents: (device) => `The trail has nothing of "${device}".`,
  ways: { 'card-search': 'card search', 'card-bind': 'card bind', 'person-bind': 'bind as a person' },
  events: {
    'client.bound': 'The device binds',
    'client.bind-refused': 'The bind is refused',
    'login.granted': 'The sign-in is granted',
    'login.denied': 'The sign-in is denied',
    'directory.searched': 'The search is decided',
    'registration.requested': 'A card is asked for',
    'registration.refused': 'A card is asked for in vain',
    'directory.explained': 'An administrator had it explained',
    'client.slowed': 'The device is slowed',
    'client.stopped': 'The device is stopped',
    'client.resumed': 'The device goes on',
    'client.added': 'The device was added',
    'client.secret-rotated': 'Its secret was rotated',
    'client.policy-changed': 'Its policy was changed',
    'client.profile-changed': 'Its profile was changed',
    'client.certificate-added': 'A certificate that it may bind with was added',
    'client.certificate-removed': 'A certificate that it might bind with was removed',
  },
};

const ja: ExplainWords = {
  setting: (device, address, channel, at) =>
    `機器「${device}」が、${address} から${channel === 'tls' ? 'TLSで' : 'TLSなしで'}、${at} に、正しい秘密で接続するとします。`,
  bindResult: (code, bound) =>
    `${{ device: '機器', card: 'カード', person: '人' }[bound]}のバインドは${code === 0 ? '成功します' : '失敗します'}(結果コード ${code})。`,
  stage: (stage, device) =>
    `登録されていないカード番号が続いたため、今の実際の操作は${stage === 'stopped' ? '答えずに断られます(結果コード 51)' : '遅れて答えられます'}。kazasu client guesses で確かめ、kazasu client resume "${device}" で解除できます。`,
  asPerson: (uid) => `この接続には、${uid} が人としてバインドしているとします。`,
  takenFor: {
    people: () => 'フィルターにこの機器のカード属性はありません。人とグループの検索です。',
    card: (spelling) =>
      `フィルターはカードの検索です。番号はプロファイルの書き方(${spelled(spelling)})です。`,
    'card-unreadable': (spelling) =>
      `フィルターはカードの検索ですが、値はプロファイルの書き方(${spelled(spelling)})の番号ではありません。`,
    refused: () => 'フィルターは、カードの属性を許されない方法で尋ねています。',
  },
  issuerNotAsked: '実際の利用では、発行者にもOCSPで尋ねます。ここでは有効と答えたものとします。',
  searchResult: (code, entries) => `検索の結果コードは ${code}、エントリーは ${entries} 件です。`,
  entries: (count) => `${count}件`,
  nothingDone: 'これは試しです。誰もサインインせず、かざしは使われず、何も数えていません。',
  noEvents: (device) => `機器「${device}」の記録はありません。`,
  ways: { 'card-search': 'カード検索', 'card-bind': 'カードのバインド', 'person-bind': '人のバインド' },
  events: {
    'client.bound': '機器のバインドを認めます',
    'client.bind-refused': 'バインドを断ります',
    'login.granted': 'サインインを認めます',
    'login.denied': 'サインインを断ります',
    'directory.searched': '検索を次の規則で決めます',
    'registration.requested': 'カードの登録を申請として受けます',
    'registration.refused': 'カードの登録の申請を断ります',
    'directory.explained': '管理者が説明を求めました',
    'client.slowed': '機器への応答を遅らせました',
    'client.stopped': '機器を止めました',
    'client.resumed': '機器を再開しました',
    'client.added': '機器を追加しました',
    'client.secret-rotated': '秘密を更新しました',
    'client.policy-changed': 'ポリシーを変更しました',
    'client.profile-changed': 'プロファイルを変更しました',
    'client.certificate-added': 'バインドに使える証明書を加えました',
    'client.certificate-removed': 'バインドに使える証明書を外しました',
  },
};

export const explainWords: { readonly [language in 'ja' | 'en']: ExplainWords } = { ja, en };
