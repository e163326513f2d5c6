import type { RevocationScope } from './card.ts';
import { type Instant, msPerSecond } from './instant.ts';
import { firstEndOf, type ListStanding } from './list-freshness.ts';
import type { LoginPolicy } from './login-policy.ts';
import type { AppliedList } from './revocation.ts';

/** Why operators are told of a list. */
export type CrlAlarmStage =
  /** A newer one is due, or the strictest client stops taking it, within the hours of the alarm; nothing newer came. */
  | 'soon'
  /** Its next update is past; taps go on as long as its age allows. */
  | 'expired'
  /** The strictest client does not take it any more. */
  | 'too-old'
  /** One was applied that is doubted: nothing counts as fresh by it. */
  | 'doubted'
  /** Cards name it, and it could not be had even once. */
  | 'missing'
  /** A client lets taps in although the list is too old, because its policy gives it some grace. */
  | 'grace';

export interface CrlAlarm extends RevocationScope {
  readonly stage: CrlAlarmStage;
  /** Names the occasion: the same one is told once, until something about the list changed. */
  readonly about: string;
  readonly crlNumber?: string;
  /** The moment that the stage is about. */
  readonly deadline?: Instant;
  /** What happened and what to do, for people. */
  readonly words: { readonly ja: string; readonly en: string };
}

/** The alarms that a standing calls for at this moment; a doubted list may be near its end besides. */
export function alarmsOf(standing: ListStanding, now: Instant): readonly CrlAlarm[] {
  const { list, dueBy, countsUntil } = standing;
  if (list === undefined) return [alarm(standing, 'missing')];
  const alarms: CrlAlarm[] = [];
  if (list.doubt !== undefined) alarms.push(alarm(standing, 'doubted'));
  // By the newest list that nobody doubts; while there is none, the doubt says it all.
  if (standing.endsSoon) alarms.push(alarm(standing, 'soon', firstEndOf(standing)));
  if (dueBy !== undefined && now > dueBy) alarms.push(alarm(standing, 'expired', dueBy));
  // Where both are one moment, the alarm before this one has said both.
  if (countsUntil !== undefined && now > countsUntil && countsUntil !== dueBy) {
    alarms.push(alarm(standing, 'too-old', countsUntil));
  }
  return alarms;
}

/**
 * A client that lives on its grace: told once for each client and list, at the first card that it lets in.
 * @param given.list the newest of the card's scope; absent: none ever came, and OCSP at the registration was the last word.
 */
export function graceAlarm(
  scope: RevocationScope,
  given: {
    readonly client: string;
    readonly policy: Pick<LoginPolicy, 'maxRevocationAgeSeconds' | 'staleGraceSeconds'>;
    readonly list: AppliedList | undefined;
  },
): CrlAlarm {
  const { issuerKeyId, distributionPoint } = scope;
  const { client, policy, list } = given;
  const [age, grace] = [policy.maxRevocationAgeSeconds / 3_600, policy.staleGraceSeconds / 3_600];
  const at = list?.trusted === undefined ? undefined : inJapan(list.trusted.thisUpdate);
  return {
    ...{ issuerKeyId, distributionPoint, stage: 'grace' },
    about: aboutOf(scope, 'grace', client, list?.crlNumber ?? '', policy.maxRevocationAgeSeconds),
    ...(list === undefined ? {} : { crlNumber: list.crlNumber }),
    words: {
      ja: `「${client}」は、猶予によりPINなしの利用を認めています。有効な失効リスト（${distributionPoint}）は${at === undefined ? '届いていません' : ` ${at} のものが最新です`}。設定では ${age} 時間より古いものは使えず、さらに ${grace} 時間を過ぎると拒否します。${remedy.ja}`,
      en: `“${client}” lets taps without PIN in by its grace: ${at === undefined ? 'no list' : `the newest list`} of ${distributionPoint} ${at === undefined ? 'ever came' : `that counts is from ${at}`}. Its policy takes ${age} hours at most; ${grace} hours later it refuses. ${remedy.en}`,
    },
  };
}

const remedy = {
  ja: '`kazasu crl runs` で取得できない理由を確かめ、`kazasu crl fetch` で取得するか、別の回線側で取得したファイルを `kazasu crl import` で取り込んでください。',
  en: '`kazasu crl runs` says why none came; get it with `kazasu crl fetch`, or bring it from the other network side with `kazasu crl import`.',
};

function alarm(standing: ListStanding, stage: Exclude<CrlAlarmStage, 'grace'>, deadline?: Instant): CrlAlarm {
  const { issuerKeyId, distributionPoint, list } = standing;
  // A new list is a new occasion, and so is another policy that moves the deadline.
  return {
    ...{ issuerKeyId, distributionPoint, stage },
    about: aboutOf(standing, stage, list?.crlNumber ?? '', deadline ?? ''),
    words: wordsOf(standing, stage),
    ...(list === undefined ? {} : { crlNumber: list.crlNumber }),
    ...(deadline === undefined ? {} : { deadline }),
  };
}

function aboutOf(
  { issuerKeyId, distributionPoint }: RevocationScope,
  ...facts: readonly (string | number)[]
): string {
  return ['crl', ...facts, issuerKeyId, distributionPoint].join(' ');
}

function wordsOf(standing: ListStanding, stage: Exclude<CrlAlarmStage, 'grace'>): CrlAlarm['words'] {
  const { distributionPoint: of, list, trusted, dueBy = 0 } = standing;
  const [due, since] = [inJapan(dueBy), inJapan(trusted?.thisUpdate ?? 0)];
  const refusal = refusalWords(standing);
  switch (stage) {
    case 'missing':
      return {
        ja: `失効リスト（${of}）をまだ一度も取得できていません。このままでは、PINなしの利用は拒否されます。${remedy.ja}`,
        en: `The list of ${of} could not be had even once. Cards that name it will be refused without PIN. ${remedy.en}`,
      };
    case 'soon':
      return {
        ja: `失効リスト（${of}）は、${since} より新しいものが届いていません。次のリストは ${due} までに発行されます。${refusal.ja}${remedy.ja}`,
        en: `The list of ${of} is from ${since}, and nothing newer has come; a newer list is due by ${due}. ${refusal.en} ${remedy.en}`,
      };
    case 'expired':
      return {
        ja: `失効リスト（${of}）は ${due} に期限（次回更新）を過ぎましたが、新しいものが届いていません。${refusal.ja}${remedy.ja}`,
        en: `The list of ${of} is over: a newer one was due by ${due}, and none has come. ${refusal.en} ${remedy.en}`,
      };
    case 'too-old':
      return {
        ja: `失効リスト（${of}、${since} のもの）は、最も厳しい接続先には古すぎます。${refusal.ja}${remedy.ja}`,
        en: `The list of ${of} is from ${since}: too old for the strictest client. ${refusal.en} ${remedy.en}`,
      };
    case 'doubted':
      return doubtWords(of, list);
  }
}

/** True before, at and after the moments that it names. What OCSP said of a card counts as a list does. */
function refusalWords({ countsUntil, strictest }: ListStanding): CrlAlarm['words'] {
  if (countsUntil === undefined || strictest === undefined) {
    return {
      ja: 'このリストによってPINなしの利用を認める接続先は、いまはありません。',
      en: 'No client takes taps without PIN by it at present.',
    };
  }
  const { name, staleGraceSeconds } = strictest;
  const [from, end] = [countsUntil, countsUntil + staleGraceSeconds * msPerSecond].map(inJapan);
  const isGraceful = staleGraceSeconds > 0;
  return {
    ja: `「${name}」は ${isGraceful ? `${from} から猶予による利用となり、` : ''}${end} からPINなしの利用を拒否します（その後OCSPで確認できたカードを除きます。他の接続先は \`kazasu crl status\` で確認できます）。`,
    en: `At “${name}” taps without PIN ${isGraceful ? `live on its grace from ${from} and ` : ''}are refused from ${end}, except for cards that OCSP confirmed since (\`kazasu crl status\` says it of every client).`,
  };
}

function doubtWords(of: string, list: ListStanding['list']): CrlAlarm['words'] {
  const { crlNumber = '', entryCount = 0, doubt } = list ?? {};
  if (doubt === 'distribution-point-missing') {
    return {
      ja: `配布点の記載がない失効リスト（番号 ${crlNumber}）を適用しましたが、有効期限の根拠にはしていません。発行者がすべての配布点に対するものだと認める場合は、KAZASU_CRL_WITHOUT_DISTRIBUTION_POINT を設定してください。`,
      en: `List ${crlNumber} names no distribution point: what it names is refused, but no card counts as fresh by it. If the issuer says that it speaks for every one, set KAZASU_CRL_WITHOUT_DISTRIBUTION_POINT.`,
    };
  }
  return {
    ja: `失効リスト（${of}、番号 ${crlNumber}）の件数が ${entryCount} 件に、2割を超えて減りました。追加された失効は適用済みですが、このリストを有効期限の根拠にはしていません。発行者に確かめ、正しければ \`kazasu crl accept "${of}" --number ${crlNumber}\` を実行してください。`,
    en: `List ${crlNumber} of ${of} lost more than a fifth of its entries; ${entryCount} are left. What it adds holds already, but nothing counts as fresh by it. Ask the issuer; if it is right: kazasu crl accept "${of}" --number ${crlNumber}`,
  };
}

/** `2026-11-23 05:40 JST`: whoever reads an alarm lives by that clock. */
export function inJapan(at: Instant): string {
  const ahead = 9 * 3_600_000;
  return `${new Date(at + ahead).toISOString().slice(0, 16).replace('T', ' ')} JST`;
}
