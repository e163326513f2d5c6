import { connect, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { bindRequest, equal, searchRequest } from '../connectors/ldap/support/requests.ts';
import { type BenchDirectory, benchBindDn, benchCardNumber, benchUid } from './ldap-directory.ts';

/** What one run of the load generator is asked to do. */
export interface LoadPlan {
  readonly directory: BenchDirectory;
  readonly operation: 'card-search' | 'uid-search' | 'bind';
  readonly channel: 'TCP' | 'TLS';
  readonly connections: number;
  readonly inFlight: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export interface LoadResult {
  readonly perSecond: number;
  /** Of one core, while measuring: near 1 the generator would be what was measured. */
  readonly generatorCpu: number;
  /** Warm-up included. */
  readonly completed: number;
}

/** All connections together ask for so many different people at most. */
const mostAskedFor = 160_000;
const doneTags = { 'card-search': 0x65, 'uid-search': 0x65, bind: 0x61 } as const;

/**
 * Keeps `inFlight` operations under way on one connection. Requests are encoded beforehand and answers only
 * walked over, so that the generator is cheaper than any server.
 */
class LoadConnection {
  completed = 0;
  entries = 0;
  readonly #requestCount: number;
  readonly #requests: Buffer;
  readonly #offsets: readonly number[];
  readonly #doneTag: number;
  readonly #socket: Socket;
  #next = 0;
  #rest = Buffer.alloc(0);

  constructor(plan: LoadPlan, index: number) {
    const encoded = encodeRequests(plan, index);
    this.#requestCount = encoded.length;
    this.#requests = Buffer.concat(encoded);
    let at = 0;
    this.#offsets = [0, ...encoded.map(({ length }) => (at += length))];
    this.#doneTag = doneTags[plan.operation];
    // One buffer for ever instead of a stream of new ones.
    const onread: OnReadOpts = {
      buffer: Buffer.alloc(64 * 1024),
      callback: (size, buffer) => {
        this.#take(Buffer.from(buffer.buffer, buffer.byteOffset, size));
        return true;
      },
    };
    const { ldapPort, ldapsPort } = plan.directory;
    if (plan.channel === 'TCP') {
      this.#socket = connect({ port: ldapPort, host: '127.0.0.1', noDelay: true, onread });
    } else {
      this.#socket = connectTls({ port: ldapsPort, host: '127.0.0.1', rejectUnauthorized: false });
      this.#socket.setNoDelay(true);
      this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    }
    this.#socket.on('error', fail);
  }

  start({ directory, operation, inFlight }: LoadPlan): void {
    if (operation !== 'bind') {
      const { dn, secret } = operation === 'card-search' ? directory.cards : directory.names;
      this.#socket.write(bindRequest(9_999_999, dn, secret));
    }
    this.#send(inFlight);
  }

  #send(count: number): void {
    for (let left = count; left > 0; ) {
      const batch = Math.min(left, this.#requestCount - this.#next);
      const [from, to] = [this.#offsets[this.#next]!, this.#offsets[this.#next + batch]!];
      this.#socket.write(this.#requests.subarray(from, to));
      this.#next = (this.#next + batch) % this.#requestCount;
      left -= batch;
    }
  }

  #take(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    let done = 0;
    for (;;) {
      const end = messageEnd(bytes, at);
      if (end === 0 || end > bytes.length) break;
      const op = operationAt(bytes, at);
      const tag = bytes[op]!;
      if (tag === 0x64) this.entries += 1;
      else {
        if (tag === this.#doneTag) done += 1;
        if (resultCodeAt(bytes, op) !== 0) fail(new Error(`the answer 0x${tag.toString(16)} is not success`));
      }
      at = end;
    }
    this.#rest = Buffer.from(bytes.subarray(at));
    this.completed += done;
    if (done > 0) this.#send(done);
  }
}

function encodeRequests(plan: LoadPlan, connection: number): readonly Buffer[] {
  const { directory, connections } = plan;
  const count = Math.ceil(Math.min(directory.people, mostAskedFor) / connections);
  // Each connection asks for others, spread over all of them.
  const step = Math.floor(directory.people / (count * connections)) || 1;
  return Array.from({ length: count }, (_, index) =>
    encodeRequest(plan, index + 1, ((index * connections + connection) * step) % directory.people),
  );
}

function encodeRequest({ directory, operation }: LoadPlan, id: number, person: number): Buffer {
  const attributes = ['uid', 'cn', 'displayName'];
  switch (operation) {
    case 'bind':
      return bindRequest(id, benchBindDn(directory, person), directory.binds.secret);
    case 'card-search': {
      const filter = equal('serialNumber', benchCardNumber(person));
      return searchRequest(id, { base: directory.baseDn, filter, attributes });
    }
    case 'uid-search': {
      const filter = equal('uid', benchUid(person));
      return searchRequest(id, { base: `ou=people,${directory.baseDn}`, filter, attributes });
    }
  }
}

/** @returns 0 when even the length is not there yet */
function messageEnd(bytes: Buffer, at: number): number {
  if (at + 2 > bytes.length) return 0;
  const first = bytes[at + 1]!;
  if (first < 0x80) return at + 2 + first;
  const count = first & 0x7f;
  return at + 2 + count > bytes.length ? 0 : at + 2 + count + bytes.readUIntBE(at + 2, count);
}

function operationAt(bytes: Buffer, at: number): number {
  const first = bytes[at + 1]!;
  const messageId = at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  return messageId + 2 + bytes[messageId + 1]!;
}

function resultCodeAt(bytes: Buffer, op: number): number {
  const first = bytes[op + 1]!;
  return bytes[op + 2 + (first < 0x80 ? 0 : first & 0x7f) + 2]!;
}

function fail(error: Error): never {
  console.error(error.message);
  process.exit(1);
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function main(plan: LoadPlan): Promise<LoadResult> {
  const connections = Array.from({ length: plan.connections }, (_, index) => new LoadConnection(plan, index));
  await sleep(200);
  for (const connection of connections) connection.start(plan);
  const completed = () => connections.reduce((sum, each) => sum + each.completed, 0);
  const entries = () => connections.reduce((sum, each) => sum + each.entries, 0);
  await sleep(plan.warmUpMs);
  const [startedAt, startCount, startCpu] = [performance.now(), completed(), process.cpuUsage()];
  await sleep(plan.measureMs);
  const [seconds, count, cpu] = [
    (performance.now() - startedAt) / 1_000,
    completed(),
    process.cpuUsage(startCpu),
  ];
  // Nobody is fast by finding nobody.
  const answered = completed();
  if (plan.operation !== 'bind' && Math.abs(entries() - answered) > plan.connections * plan.inFlight) {
    fail(new Error(`${answered} searches found ${entries()} entries`));
  }
  return {
    completed: answered,
    perSecond: (count - startCount) / seconds,
    generatorCpu: (cpu.user + cpu.system) / 1e6 / seconds,
  };
}

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk);
console.log(JSON.stringify(await main(JSON.parse(Buffer.concat(chunks).toString()))));
process.exit(0);
