import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dnKey, parseDn } from '../../connectors/ldap/codec/dn.ts';
import { attributeType } from '../../connectors/ldap/schema/attribute-types.ts';
import { deviceProfileOf } from '../../idp/domain/device-presets.ts';
import { baseDn, InMemoryDirectory } from '../connectors/ldap/support/in-memory-flows.ts';
import { RawClient, type Reply } from '../connectors/ldap/support/raw-client.ts';
import { bindRequest, pagedControl, searchRequest } from '../connectors/ldap/support/requests.ts';
import { type RunningServer, runServer } from '../connectors/ldap/support/running-server.ts';
import { requirePrograms } from '../support/programs.ts';
import { type Random, seededRandom } from '../support/random.ts';
import { ldifEntry, type Slapd, startSlapd } from '../support/slapd.ts';
import { type GeneratedSearch, generateSearch, type KnownEntry } from './generated-search.ts';

const skip = requirePrograms('slapd');
const seed = 20261122;
const searches = 5_000;

/** Operational attributes that are not compared, each for its reason. */
const differsByNature = new Set([
  // Every server gives its own.
  'entryUUID',
  'createTimestamp',
  'modifyTimestamp',
  // Who wrote an entry and with which change: the façade's entries are written by nobody over LDAP.
  'creatorsName',
  'modifiersName',
  'entryCSN',
  'contextCSN',
  // Devices and cards exist to be bound to and are not listed: their containers say that something is below.
  'hasSubordinates',
]);

/*
 * Where the façade differs on purpose, and what the generator therefore leaves out:
 * - An approximate match of text is an equality here; slapd compares English sounds, which no Japanese name has.
 * - A space at the edge of a substring matches the edge of a value, as RFC 4518 §2.6.1 says; slapd drops edges.
 * - `structuralObjectClass` is one class; slapd matches it by the classes above it, too.
 * - A class by an OID that nobody knows is a class that the entry has not (RFC 4517 §4.2.26); slapd says undefined.
 * - A size limit beside pages is that of one search, which is one page; slapd counts over all pages.
 * - A value in a DN may be its BER in hex (`#…`, RFC 4514 §2.4); slapd takes none.
 * - A name in a DN is compared as text whatever its type is; slapd calls full-width letters in a `dc` malformed.
 */

let facade: RunningServer;
let slapd: Slapd;
let ours: RawClient;
let theirs: RawClient;
let entries: readonly [KnownEntry, ...KnownEntry[]];
let nextId = 10;

beforeAll(async () => {
  if (skip !== undefined) return;
  facade = await runServer(peopleOfMidori(seededRandom(seed)));
  ours = await RawClient.open(facade.ldapPort);
  await ours.ask(bindRequest(1, `cn=web,ou=devices,${baseDn}`, 'secret-of-web'));
  const shown = await ours.ask(searchRequest(2, { base: baseDn, attributes: ['*', 'memberOf'] }));
  const [first, ...rest] = shown.flatMap(({ dn, attributes }) =>
    dn === undefined ? [] : [{ dn, attributes }],
  );
  entries = [first!, ...rest];
  slapd = await startSlapd({
    suffix: baseDn,
    ldif: entries.map(({ dn, attributes }) => ldifEntry(dn, attributes)).join(''),
    schemaLines: [
      'moduleload memberof',
      ...['department', 'msDS-PhoneticDisplayName'].map(
        (name) => `attributetype ${attributeType(name)?.definition}`,
      ),
      "ditcontentrule ( 2.16.840.1.113730.3.2.2 NAME 'ours' MAY ( department $ msDS-PhoneticDisplayName ) )",
    ],
  });
  theirs = await RawClient.open(slapd.port);
});

afterAll(async () => {
  ours?.close();
  theirs?.close();
  await facade?.close();
  await slapd?.close();
});

/** A hundred people and their groups, with names as Japan has them and as importers spell them. */
function peopleOfMidori(random: Random): InMemoryDirectory {
  const directory = new InMemoryDirectory();
  const maxEntries = 1_000_000;
  const profile = deviceProfileOf('generic', { cardKind: 'jpki', cardAttributes: [] });
  directory.addDevice('web', 'generic', { profile: { ...profile, maxEntries } });
  const families = [
    '田中',
    '佐藤',
    '鈴木',
    'Sato',
    'Müller',
    'Ｔａｋａｈａｓｈｉ',
    'ﾔﾏﾀﾞ',
    "O'Brien",
    'Sato "Jr"',
  ] as const;
  const given = ['花子', '一郎', 'Hanako', 'ichiro', 'ＪＵＮ', '', 'de la  Cruz', 'か\u3099'] as const;
  const groups = ['printing', '総務', 'Door 3', 'a+b', 'みどり,市'] as const;
  for (let index = 0; index < 100; index += 1) {
    const uid = random.pick([
      `u${index}`,
      `User.${index}`,
      `利用者${index}`,
      `o'neil, ${index}`,
      `x+y=${index}`,
    ]);
    directory.addPerson(uid, undefined, {
      displayName: `${random.pick(families)}${random.pick([' ', '　', ''])}${random.pick(given)}`.trim(),
      mail: `user${index}@${random.pick(['example.jp', 'Example.JP'])}`,
      organization: random.pick(['みどり市', 'Midori City']),
      groups: groups.filter(() => random.below(3) === 0),
      ...(random.below(2) === 0 ? { employeeNumber: String(1000 + index) } : {}),
      ...(random.below(2) === 0 ? { department: random.pick(['総務課', 'Somu', '税務課']) } : {}),
      ...(random.below(3) === 0 ? { title: random.pick(['課長', 'Chief', '主任']) } : {}),
      ...(random.below(2) === 0 ? { displayNameKana: random.pick(['タナカ ハナコ', 'たなか', 'ｻﾄｳ']) } : {}),
    });
  }
  return directory;
}

interface Answer {
  readonly code: number | undefined;
  readonly entries: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

async function answerOf(client: RawClient, search: GeneratedSearch): Promise<Answer> {
  const found: Reply[] = [];
  let cookie = '';
  for (;;) {
    nextId += 1;
    const controls = search.pageSize === undefined ? [] : [pagedControl(search.pageSize, cookie)];
    const replies = await client.ask(searchRequest(nextId, { ...search, controls }));
    found.push(...replies.slice(0, -1));
    const last = replies.at(-1);
    cookie = last?.cookie ?? '';
    if (cookie === '') return { code: last?.code, entries: Object.fromEntries(found.map(comparable)) };
  }
}

/** Names and values in one spelling: order and spelling of DNs are the server's own. */
function comparable({ dn = '', attributes }: Reply): [string, Record<string, readonly string[]>] {
  const shown = Object.entries(attributes).filter(([name]) => !differsByNature.has(name));
  const values = shown.map(([name, list]) => {
    const isName = attributeType(name)?.syntax.endsWith('.12') === true;
    return [name, list.map((value) => (isName ? dnKey(parseDn(value)) : value)).sort()] as const;
  });
  return [dnKey(parseDn(dn)), Object.fromEntries(values)];
}

describe.skipIf(skip)('the façade and slapd with the same entries', () => {
  test(`answer ${searches} generated searches alike`, { timeout: 120_000 }, async () => {
    const random = seededRandom(seed + 1);
    const different: object[] = [];
    const seen = { entries: 0, codes: new Map<number | undefined, number>() };
    for (let count = 0; count < searches && different.length < 5; count += 1) {
      const search = generateSearch({ random, entries });
      const [one, other] = await Promise.all([answerOf(ours, search), answerOf(theirs, search)]);
      seen.entries += Object.keys(other.entries).length;
      seen.codes.set(other.code, (seen.codes.get(other.code) ?? 0) + 1);
      // Which entries come first is the server's own.
      const limited = other.code === 4 && one.code === 4;
      const same = limited
        ? Object.keys(one.entries).length === Object.keys(other.entries).length
        : JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
      if (!same) different.push({ search, codes: [one.code, other.code], ...differences(one, other) });
    }
    expect(different).toEqual([]);
    // Searches that find nothing would agree about anything.
    expect(seen.entries).toBeGreaterThan(searches * 5);
    expect([...seen.codes.keys()].sort()).toEqual([0, 32, 34, 4].sort());
  });
});

/** The entries that only one has, or that both show in different ways. */
function differences(one: Answer, other: Answer): object {
  const names = new Set([...Object.keys(one.entries), ...Object.keys(other.entries)]);
  const apart = [...names].filter((dn) => {
    const [left, right] = [one, other].map(({ entries: { [dn]: shown } }) =>
      JSON.stringify(sorted({ code: 0, entries: shown === undefined ? {} : { [dn]: shown } })),
    );
    return left !== right;
  });
  const few = apart.slice(0, 3);
  return { count: apart.length, entries: few.map((dn) => [dn, one.entries[dn], other.entries[dn]]) };
}

function sorted({ code, entries: found }: Answer): unknown {
  const byName = (one: [string, unknown], other: [string, unknown]) => (one[0] < other[0] ? -1 : 1);
  return [
    code,
    Object.entries(found)
      .map(([dn, attributes]) => [dn, Object.entries(attributes).sort(byName)] as [string, unknown])
      .sort(byName),
  ];
}
