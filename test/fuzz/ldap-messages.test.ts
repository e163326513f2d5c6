import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { encodePagedResults } from '../../connectors/ldap/codec/controls.ts';
import { Connection } from '../../connectors/ldap/connection.ts';
import { createFacade } from '../../connectors/ldap/facade.ts';
import { baseDn, midoriCity } from '../connectors/ldap/support/in-memory-flows.ts';
import { type Reply, readReply } from '../connectors/ldap/support/raw-client.ts';
import {
  abandonRequest,
  bindRequest,
  compareRequest,
  equal,
  extendedRequest,
  message,
  searchRequest,
} from '../connectors/ldap/support/requests.ts';
import { seededRandom } from '../support/random.ts';

/** No mutant has it by chance. */
const whoAmIId = 1_987_654_321;
const whoAmI = extendedRequest(whoAmIId, '1.3.6.1.4.1.4203.1.11.3');
const unknownCard = equal('serialNumber', '77777777');

/** Of messages for each of both: a million in all. A longer run, or another one, sets `FUZZ_RUNS` and `FUZZ_SEED`. */
const runs = Number(process.env.FUZZ_RUNS ?? 500_000);
const seed = Number(process.env.FUZZ_SEED ?? 1);

/** What real clients sent, one message a line; `ldap/record-conversations.ts` wrote it down. */
const folder = join(import.meta.dirname, 'corpus/ldap');
const recorded = readdirSync(folder)
  .sort()
  .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
  .map((line) => Buffer.from(line, 'hex'));

/** None of these may succeed in more than reading what everybody may: no right secret and no registered card is in them. */
const seeds: readonly Buffer[] = [
  ...recorded,
  bindRequest(1, `cn=printer,ou=devices,${baseDn}`, 'WRONG-AND-LONG-0123456789'),
  bindRequest(2, `cn=77777777,cn=door,ou=cards,${baseDn}`, 'WRONG-AND-LONG-0123456789'),
  searchRequest(3, { base: baseDn, filter: unknownCard, attributes: ['uid', 'cn', '*', '+'] }),
  searchRequest(4, {
    base: baseDn,
    filter: { kind: 'and', parts: [equal('objectClass', 'person'), unknownCard] },
  }),
  searchRequest(5, { base: `uid=tanaka,ou=people,${baseDn}`, scope: 'base' }),
  searchRequest(6, {
    base: `ou=people,${baseDn}`,
    filter: { kind: 'substrings', attribute: 'cn', initial: 'a', any: ['b'], final: 'c' },
    controls: [encodePagedResults('cookie')],
  }),
  searchRequest(7, {
    base: '',
    scope: 'base',
    filter: { kind: 'not', part: { kind: 'or', parts: [unknownCard, equal('uid', 'x')] } },
    controls: [{ type: '1.2.3', critical: true, value: undefined }],
  }),
  searchRequest(8, {
    base: baseDn,
    filter: { kind: 'extensible', matchingRule: '2.5.13.2', attribute: 'cn', value: 'x', dnAttributes: true },
  }),
  compareRequest(9, `uid=tanaka,ou=people,${baseDn}`, 'serialNumber', '77777777'),
  extendedRequest(10, '1.3.6.1.4.1.4203.1.11.3'),
  abandonRequest(11, 3),
  message(12, (writer) => writer.text(0x4a, `uid=tanaka,ou=people,${baseDn}`)),
];

const interesting = [0x00, 0x01, 0x30, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x87, 0xa0, 0xa2, 0xa3, 0xff];

function mutate(random: (below: number) => number): Buffer {
  let bytes: Buffer = Buffer.from(seeds[random(seeds.length)]!);
  for (let count = 1 + random(4); count > 0; count -= 1) {
    const at = random(bytes.length);
    const other = seeds[random(seeds.length)]!;
    const kind = random(6);
    if (kind === 0) bytes[at] = random(256);
    else if (kind === 1) bytes[at] = interesting[random(interesting.length)]!;
    else if (kind === 2) bytes[at] = (bytes[at]! + random(5) - 2) & 0xff;
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(4))]);
    else if (kind === 4) {
      const from = random(other.length);
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        other.subarray(from, from + 1 + random(24)),
        bytes.subarray(at),
      ]);
    } else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + 12), bytes.subarray(at)]);
    if (bytes.length === 0) return Buffer.from([0x30, 0x00]);
  }
  // Mostly with an outer length that fits: what is inside would not be looked at otherwise.
  return random(8) === 0 ? bytes : reframed(bytes);
}

function reframed(bytes: Buffer): Buffer {
  const contents = bytes.subarray(2, 2 + 0xffff);
  const header = [0x30, 0x82, contents.length >> 8, contents.length & 0xff];
  return Buffer.concat([Buffer.from(header), contents]);
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function heapMiB(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** The server's end of a connection, without a network between. */
class Wire extends Duplex {
  readonly remoteAddress = '192.0.2.1';
  readonly sent: Buffer[] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.sent.push(chunk);
    done();
  }

  destroySoon(): void {
    this.end();
  }

  /** Every answer must be BER that can be read. */
  replies(): readonly Reply[] {
    let rest = Buffer.concat(this.sent.splice(0));
    const replies: Reply[] = [];
    while (rest.length > 0) {
      const count = rest[1]! < 0x80 ? 0 : rest[1]! & 0x7f;
      const total = 2 + count + (count === 0 ? rest[1]! : rest.readUIntBE(2, count));
      replies.push(readReply(rest.subarray(0, total)));
      rest = rest.subarray(total);
    }
    return replies;
  }
}

/** Results that nobody may hear here: of a modify, add, delete, modifyDN, or of a compare that was true. */
const neverSucceeds = new Set([0x67, 0x69, 0x6b, 0x6d]);

describe('mutated messages of real clients', () => {
  test.each([
    ['anonymous', undefined, ''],
    ['a bound printer', 'printer', `dn:cn=printer,ou=devices,${baseDn}`],
  ])(
    'on %s: no crash, no entry, nobody bound who was not',
    async (_, device, bound) => {
      const random = seededRandom(seed * 2 + (device === undefined ? 0 : 1)).below;
      const log: string[] = [];
      let hour = 0;
      const facade = createFacade({
        flows: midoriCity(),
        // An hour passes each time somebody looks: no miss of one mutant slows the next.
        clock: { now: () => (hour += 3_600_000) },
        log: (event) => log.push(event),
        baseDn,
        offersStartTls: false,
      });
      let understood = 0;
      const atStart = heapMiB();
      for (let index = 0; index < runs; index += 1) {
        const wire = new Wire();
        const connection = new Connection(facade, wire as unknown as Socket, 'plain', () => undefined);
        const name = `cn=${device},ou=devices,${baseDn}`;
        if (device !== undefined) wire.emit('data', bindRequest(98, name, `secret-of-${device}`));
        wire.replies();
        const mutant = mutate(random);
        wire.emit('data', mutant);
        wire.emit('data', whoAmI);
        // Searches of people answer later.
        await new Promise((resolve) => setImmediate(resolve));
        const context = `mutant ${index}: ${mutant.toString('hex')}`;
        const replies = wire.replies();
        for (const { dn, tag, code } of replies) {
          expect(dn ?? '', context).not.toContain('uid=');
          if (neverSucceeds.has(tag)) expect(code, context).not.toBe(0);
        }
        const who = replies.find(({ messageId, tag }) => messageId === whoAmIId && tag === 0x78);
        if (who !== undefined) expect(['', bound], context).toContain(who.value);
        const { identity } = connection.session;
        expect(identity.kind === 'anonymous' || identity.kind === 'device', context).toBe(true);
        if (device === undefined) expect(identity.kind, context).toBe('anonymous');
        if (
          replies.some(
            ({ messageId, code }) => messageId !== 0 && messageId !== whoAmIId && code !== undefined,
          )
        ) {
          understood += 1;
        }
        expect(
          log.filter((event) => event !== 'ldap-bind-misses' && event !== 'ldap-card-misses'),
          context,
        ).toEqual([]);
      }
      // A façade that kept a kilobyte of each would have grown by as many megabytes as there were thousands.
      expect(heapMiB() - atStart).toBeLessThan(Math.max(16, runs / 4_000));
      // A fuzzer whose every message dies in the framer would show nothing.
      expect(understood).toBeGreaterThan(runs / 5);
    },
    60_000 + runs * 5,
  );
});
