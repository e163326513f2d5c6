import { Client } from 'ldapts';
import { Fault } from '../../idp/domain/fault.ts';
import type { CrlSource } from '../../idp/ports/jpki.ts';
import type { CrlLimits, CrlSourceOptions } from './crl-source.ts';
import { coalescingConnection, coalescingSecureConnection, type OnOctets } from './ldap-coalescing.ts';

const attribute = 'certificateRevocationList;binary';
/** Generations of one authority that are in use at the same time. */
const mostLists = 8;

/**
 * Lists in a directory: the distribution point's DN is the entry, as the certificate gives it.
 * @see RFC 4523 §2.4
 */
export function createLdapCrlSource(url: URL, options: CrlLimits & CrlSourceOptions): CrlSource {
  const name = `${url.protocol}//${url.host}`;
  return {
    name,
    async fetch(distributionPoint, onOctets) {
      const client = connectTo(name, options, onOctets && atMostEachPercent(onOctets));
      try {
        return await withTimeout(options.timeoutSeconds, () => readList(client, distributionPoint, options));
      } catch (error) {
        if (error instanceof Fault) throw error;
        throw new Fault('ERR_CRL_SOURCE_UNAVAILABLE', `did not give the list${reasonOf(error)}`, error);
      } finally {
        // What goes wrong while leaving changes nothing.
        await client.unbind().catch(() => undefined);
      }
    },
  };
}

/** A list of 39 MB comes in some thousand pieces: nobody wants to hear of each. */
function atMostEachPercent(onOctets: OnOctets): OnOctets {
  let next = 0;
  return (octets, total = 0) => {
    if (octets < next && octets < total) return;
    next = octets + total / 100;
    onOctets(octets, total);
  };
}

function connectTo(url: string, options: CrlLimits & CrlSourceOptions, onOctets?: OnOctets): Client {
  return new Client({
    url,
    timeout: options.timeoutSeconds * 1000,
    connectTimeout: Math.min(options.timeoutSeconds, 10) * 1000,
    createConnection: coalescingConnection(options.maxOctets, onOctets),
    createSecureConnection: coalescingSecureConnection(options.maxOctets, onOctets),
    // Any TLS option would make ldapts speak TLS to a plain address.
    ...(options.ca === undefined || !url.startsWith('ldaps:') ? {} : { tlsOptions: { ca: options.ca } }),
  });
}

async function readList(
  client: Client,
  distributionPoint: string,
  { credentials, maxOctets }: CrlLimits & CrlSourceOptions,
): Promise<readonly Uint8Array[]> {
  if (credentials !== undefined) await client.bind(credentials.bindDN, credentials.password);
  const { searchEntries } = await client.search(distributionPoint, {
    scope: 'base',
    filter: '(objectClass=*)',
    attributes: [attribute],
    explicitBufferAttributes: [attribute],
  });
  const value = searchEntries[0]?.[attribute];
  const lists = value === undefined ? [] : [value].flat();
  if (lists.length === 0 || lists.length > mostLists) {
    throw new Fault(
      'ERR_CRL_SOURCE_UNAVAILABLE',
      `The entry has ${lists.length} lists; 1 to ${mostLists} were expected`,
    );
  }
  if (lists.some(({ length }) => length > maxOctets)) {
    throw new Fault('ERR_CRL_SOURCE_UNAVAILABLE', `The list is longer than ${maxOctets} octets`);
  }
  return lists.map((list) => (typeof list === 'string' ? Buffer.from(list, 'latin1') : list));
}

/** The client's own timeout speaks of one request; a directory that trickles would keep it alive. */
async function withTimeout<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${seconds} s`)), seconds * 1000);
  });
  const working = work();
  // Whichever loses the race must not become an unhandled rejection.
  working.catch(() => undefined);
  try {
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the directory or the network said, on one line. */
function reasonOf(error: unknown): string {
  const said = error instanceof Error ? error.message.replace(/[\s\p{Cc}]+/gu, ' ').trim() : '';
  return said === '' ? '' : `: ${said.slice(0, 200)}`;
}
