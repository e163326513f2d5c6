import type { Explanation } from '../../connectors/ldap/explain.ts';
import type { AuditEvent } from '../domain/audit-event.ts';
import { inJapan } from '../domain/crl-alarm.ts';
import type { CardSpelling } from '../domain/device-profile.ts';
import type { DirectoryRule } from '../domain/directory-rule.ts';
import { directoryRuleTexts } from '../domain/directory-rule-texts.ts';
import type { BothLanguages } from '../domain/notice.ts';
import type { BindRefusal } from '../flows/bind-device.ts';
import type { PersonBindRefusal } from '../flows/bind-person.ts';
import type { GuessStage } from '../flows/device-guesses.ts';
import { type ExplainWords, explainWords } from './ldap-explain-words.ts';

export type Language = 'ja' | 'en';

/** A line of the trail as it is explained. */
export type ShownEvent = Pick<AuditEvent, 'at' | 'type' | 'subject' | 'reason' | 'details'> & {
  readonly uid?: string;
};

export type ExplainAnswer =
  | (Explanation & {
      readonly kind: 'rehearsed';
      readonly language: Language;
      readonly device: string;
      readonly remoteAddress: string;
      readonly channel: 'tls' | 'plain';
      readonly at: string;
      readonly spelling: CardSpelling;
      /** How the device stands for its unknown card numbers at this moment. */
      readonly stage: GuessStage;
      readonly ocspOnEveryUse: boolean;
      readonly bound: 'device' | 'card' | 'person';
      readonly asPerson: string | undefined;
    })
  | {
      readonly kind: 'last';
      readonly language: Language;
      readonly device: string;
      readonly events: readonly ShownEvent[];
    };

/** The explanation for people, one step a line. */
export function explainText(answer: ExplainAnswer): string {
  const words = explainWords[answer.language];
  if (answer.kind === 'rehearsed') return numbered(stepsOf(answer, words));
  if (answer.events.length === 0) return words.noEvents(answer.device);
  return answer.events
    .map((event) => `${inJapan(event.at)}  ${eventWords(event, words, answer.language)}`)
    .join('\n');
}

const mostEntries = 20;

function stepsOf(answer: ExplainAnswer & { readonly kind: 'rehearsed' }, words: ExplainWords): string[] {
  const { language, bind, search } = answer;
  const eventLines = (events: readonly AuditEvent[]) =>
    events.map((event) => eventWords(event, words, language));
  const steps = [
    words.setting(answer.device, answer.remoteAddress, answer.channel, answer.at),
    ...eventLines(bind.events),
    words.bindResult(bind.result.code, answer.bound),
  ];
  if (answer.stage !== 'free') steps.push(words.stage(answer.stage, answer.device));
  if (search !== undefined) {
    if (answer.asPerson !== undefined) steps.push(words.asPerson(answer.asPerson));
    steps.push(words.takenFor[search.takenFor](answer.spelling), ...eventLines(search.events));
    if (answer.ocspOnEveryUse && search.takenFor === 'card') steps.push(words.issuerNotAsked);
    steps.push(words.searchResult(search.result.code, search.entries.length));
    steps.push(...search.entries.slice(0, mostEntries).map(entryText));
  }
  return [...steps, words.nothingDone];
}

function entryText({ dn, attributes }: NonNullable<Explanation['search']>['entries'][number]): string {
  return [dn, ...attributes.map(({ name, values }) => `     ${name}: ${values.join(', ')}`)].join('\n');
}

function numbered(steps: readonly string[]): string {
  return steps.map((step, index) => `${String(index + 1).padStart(2)}. ${step}`).join('\n');
}

/** One line of the trail in words, with the rule that decided and what it says. */
function eventWords(
  { type, reason, details, uid }: ShownEvent,
  words: ExplainWords,
  language: Language,
): string {
  const what = words.events[type] ?? type;
  const about = [
    details?.way === undefined ? undefined : words.ways[String(details.way)],
    details?.acr === undefined ? undefined : String(details.acr).replace('urn:kazasu:acr:', ''),
    uid,
    details?.address === undefined ? undefined : String(details.address),
    details?.entries === undefined ? undefined : words.entries(Number(details.entries)),
    details?.changed === undefined ? undefined : String(details.changed),
  ].filter((part) => part !== undefined);
  // To the policy it is an unknown card; whoever looks for the reason is to look at the spelling.
  const decided = details?.spelledOtherwise === true ? 'card-spelled-otherwise' : reason;
  const rule = decided === undefined ? undefined : `[${decided}] ${ruleText(decided, language)}`.trimEnd();
  return [`${what}${about.length === 0 ? '' : ` (${about.join(', ')})`}`, rule]
    .filter((part) => part !== undefined)
    .join(': ');
}

function ruleText(rule: string, language: Language): string {
  // Whatever refuses a bind or a search has its words: a new reason without them does not compile.
  const texts: { readonly [reason in DirectoryRule | BindRefusal | PersonBindRefusal]: BothLanguages } =
    directoryRuleTexts;
  return rule in texts ? texts[rule as DirectoryRule][language] : '';
}
