import { isIP } from 'node:net';
import { readFilterText } from '../../connectors/devices/filter-text.ts';
import type { Filter } from '../../connectors/ldap/codec/filter.ts';
import type { SearchScope } from '../../connectors/ldap/codec/request.ts';
import { type ExplainRequest, explain } from '../../connectors/ldap/explain.ts';
import { inJapan } from '../domain/crl-alarm.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { Actor } from '../domain/registration.ts';
import type { FlowContext } from '../flows/context.ts';
import { lastOfDevice } from '../flows/last-of-device.ts';
import { requireClient } from '../flows/manage-clients.ts';
import type { LdapClient } from '../ports/clients.ts';
import { collect, flag, recordCommand, type Typed, text, texts } from './command.ts';
import { type ExplainAnswer, explainText, type Language } from './ldap-explain-text.ts';
import { oneOf } from './reader.ts';

interface ExplainInput {
  readonly device: string;
  readonly language: Language;
  readonly last?: number;
  readonly address?: string;
  readonly channel: ExplainRequest['channel'];
  readonly at?: number;
  readonly bind: ExplainRequest['bind'];
  readonly search?: {
    readonly filter: Filter;
    readonly base?: string;
    readonly scope: SearchScope;
    readonly attributes: readonly string[];
    readonly asPerson?: string;
  };
}

const scopes: readonly SearchScope[] = ['base', 'one', 'sub', 'children'];

/** Why a device was, or would be, answered as it is. Nobody is signed in by it. */
export const ldapExplain = recordCommand({
  name: 'ldap explain',
  summary: 'tell step by step how a search or bind of a device is decided, without signing anybody in',
  shape: (command) =>
    command
      .requiredOption('--device <name>', 'the device account')
      .option('--filter <filter>', 'the search, as the device sends it: "(serialNumber=0a1b2c3d)"')
      .option('--base <dn>', 'its base (KAZASU_LDAP_BASE_DN)')
      .option('--scope <scope>', scopes.join(', '), 'sub')
      .option('--attribute <name>', 'that it asks for; repeatable', collect, [])
      .option('--as-person <uid>', 'the search, or with --bind the bind, of a person at the device')
      .option('--bind', 'the bind of the device itself, of a --card, or of a person')
      .option('--card <number>', 'a card number that is bound to, as the device sends it')
      .option('--address <ip>', 'where it comes from (the first address that the device may have)')
      .option('--tls <on|off>', 'whether it speaks TLS', 'on')
      .option('--at <time>', 'at another moment: 2026-11-22T09:00:00+09:00')
      .option('--last <n>', 'instead: what the trail has of the last n operations of the device')
      .option('--lang <ja|en>', 'the language of the explanation'),
  read: readExplain,
  run: async (context, input: ExplainInput, actor): Promise<ExplainAnswer> => {
    const device = requireClient(context, input.device);
    if (device.protocol !== 'ldap') {
      throw new InvalidInput('ERR_CLIENT_PROTOCOL', `"${device.name}" is no LDAP device.`);
    }
    return input.last === undefined
      ? explainNow(context, device, input, actor)
      : explainLast(context, device, input.language, input.last);
  },
  text: explainText,
});

function readExplain(typed: Typed): ExplainInput {
  const [filter, card] = [text(typed, 'filter'), text(typed, 'card')];
  const last = text(typed, 'last');
  const ways = [filter !== undefined, flag(typed, 'bind'), last !== undefined];
  if (ways.filter(Boolean).length !== 1) {
    throw new InvalidInput('ERR_OPTION', 'Say what to explain: --filter, --bind or --last.');
  }
  if (card !== undefined && !flag(typed, 'bind')) {
    throw new InvalidInput('ERR_OPTION', '--card goes with --bind; a search has it in its --filter.');
  }
  if (last !== undefined && !/^[1-9]\d{0,3}$/.test(last)) {
    throw new InvalidInput('ERR_OPTION', '--last is a number from 1 to 9999.');
  }
  const address = text(typed, 'address');
  if (address !== undefined && isIP(address) === 0) {
    throw new InvalidInput('ERR_OPTION', `--address is an IP address, not "${address}".`);
  }
  return {
    device: text(typed, 'device') ?? '',
    language: readLanguage(text(typed, 'lang')),
    channel: oneOf(text(typed, 'tls'), ['on', 'off'], '--tls') === 'on' ? 'tls' : 'plain',
    ...(last === undefined ? {} : { last: Number(last) }),
    ...(address === undefined ? {} : { address }),
    ...readMoment(text(typed, 'at')),
    bind: readBind(typed, card),
    ...(filter === undefined ? {} : { search: readSearch(typed, filter) }),
  };
}

function readBind(typed: Typed, card: string | undefined): ExplainRequest['bind'] {
  const person = flag(typed, 'bind') ? text(typed, 'asPerson') : undefined;
  if (card === undefined) return person === undefined ? 'device' : { person };
  if (person === undefined) return { card };
  throw new InvalidInput('ERR_OPTION', '--bind is of a --card or --as-person somebody, not of both.');
}

function readSearch(typed: Typed, filter: string): NonNullable<ExplainInput['search']> {
  const [base, asPerson] = [text(typed, 'base'), text(typed, 'asPerson')];
  return {
    filter: readFilterText(filter),
    scope: oneOf(text(typed, 'scope'), scopes, '--scope'),
    attributes: texts(typed, 'attribute'),
    ...(base === undefined ? {} : { base }),
    ...(asPerson === undefined ? {} : { asPerson }),
  };
}

function readMoment(time: string | undefined): { readonly at?: number } {
  if (time === undefined) return {};
  const at = Date.parse(time);
  // Without an offset it would be another moment on another machine.
  if (Number.isNaN(at) || !/(?:Z|[+-]\d{2}:\d{2})$/.test(time)) {
    throw new InvalidInput('ERR_OPTION', '--at is a time like 2026-11-22T09:00:00+09:00, with its offset.');
  }
  return { at };
}

function readLanguage(given: string | undefined): Language {
  if (given !== undefined) return oneOf(given, ['ja', 'en'], '--lang');
  return new Intl.Locale(Intl.DateTimeFormat().resolvedOptions().locale).language === 'ja' ? 'ja' : 'en';
}

async function explainNow(
  context: FlowContext,
  device: LdapClient,
  input: ExplainInput,
  actor: Actor,
): Promise<ExplainAnswer> {
  const { language, channel, bind, search, at } = input;
  const remoteAddress = input.address ?? device.addresses[0]?.split('/')[0] ?? '127.0.0.1';
  const explanation = await explain(context, {
    ...{ device, remoteAddress, channel, at },
    bind,
    search: search && { asPerson: undefined, base: context.ldapBaseDn, ...search },
  });
  const decided = (explanation.search ?? explanation.bind).events.at(-1);
  // It tells an administrator about a card: who asked is known. What was typed is not.
  await context.audit.append({
    at: context.clock.now(),
    type: 'directory.explained',
    actor,
    subject: decided?.subject ?? device.policy.clientId,
    ...(decided?.reason === undefined ? {} : { reason: decided.reason }),
    details: { client: device.policy.clientId, op: search === undefined ? 'bind' : 'search' },
  });
  const { stage } = context.deviceGuesses.standingOf(device.policy.clientId) ?? { stage: 'free' };
  const { ocspOnEveryUse } = device.policy;
  return {
    ...{ kind: 'rehearsed', language, device: device.name, remoteAddress, channel, stage, ocspOnEveryUse },
    ...{ at: inJapan(at ?? context.clock.now()), spelling: device.profile.spelling, ...explanation },
    bound: bind === 'device' ? 'device' : 'card' in bind ? 'card' : 'person',
    asPerson: search?.asPerson,
  };
}

async function explainLast(
  context: FlowContext,
  device: LdapClient,
  language: Language,
  last: number,
): Promise<ExplainAnswer> {
  const events = await lastOfDevice(context, device.policy.clientId, last);
  const uids = new Map(
    (await context.record.people.list()).map(({ personId, uid }) => [personId as string, uid]),
  );
  const shown = events.map((event) => {
    const uid = uids.get(String(event.details?.person ?? ''));
    return { ...event, ...(uid === undefined ? {} : { uid }) };
  });
  return { kind: 'last', language, device: device.name, events: shown };
}
