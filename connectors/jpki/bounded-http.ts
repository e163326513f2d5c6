import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { Fault, type FaultCode } from '../../idp/domain/fault.ts';
import { basicAuthorization } from './basic-authorization.ts';

/** What is asked. */
export interface HttpExchange {
  /** `GET` unless said otherwise. */
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** How long and how much is waited for, and what it is called when nothing comes. */
export interface HttpLimits {
  readonly timeoutSeconds: number;
  readonly maxOctets: number;
  readonly faultCode: FaultCode;
}

/** The way there. */
export interface HttpRoute {
  /** `http://[user:password@]host:port`; straight to the server unless given. */
  readonly proxy?: string;
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string;
}

/**
 * One HTTP exchange, to its end within the limits, on a connection of its own. Redirects are not followed: whoever
 * answers there was not configured.
 * @throws {Fault} `faultCode` on no answer, a status other than 200, or too many octets.
 */
export async function requestBounded(
  url: URL,
  { method = 'GET', headers = {}, body }: HttpExchange,
  limits: HttpLimits,
  route: HttpRoute = {},
): Promise<Uint8Array> {
  const who = route.proxy === undefined ? url.host : `${url.host}, through ${new URL(route.proxy).host},`;
  const fault = (message: string, cause?: unknown): Fault =>
    new Fault(limits.faultCode, `${who} ${message}`, cause);
  const dispatcher = dispatcherOf(route, limits.timeoutSeconds);
  try {
    const signal = AbortSignal.timeout(limits.timeoutSeconds * 1000);
    // While a proxy is still making the tunnel, a request does not look at its signal.
    signal.addEventListener('abort', () => dispatcher.destroy(signal.reason));
    // The signal is the only clock: what undici waits for by itself has nothing to do with our limits.
    const patience = { signal, headersTimeout: 0, bodyTimeout: 0 };
    const answer = await request(url, { dispatcher, method, headers, body: body ?? null, ...patience });
    // Whoever stops reading makes the body fail once more, when nobody listens.
    answer.body.on('error', () => undefined);
    if (answer.statusCode !== 200) throw fault(`answered with status ${answer.statusCode}`);
    const octets = await readAtMost(answer.body, limits.maxOctets);
    if (octets === undefined) throw fault(`sent more than ${limits.maxOctets} octets`);
    return octets;
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw fault(`did not answer${reasonOf(error)}`, error);
  } finally {
    // A responder that hangs must not hold the connection, nor a command that has said what it has to say.
    await dispatcher.destroy();
  }
}

/**
 * Through a proxy, `http:` is asked for by its absolute address and `https:` through a tunnel.
 * @see RFC 9112 §3.2.2
 * @see RFC 9110 §9.3.6
 */
function dispatcherOf({ proxy, ca }: HttpRoute, timeoutSeconds: number): Dispatcher {
  const connect = { timeout: timeoutSeconds * 1000, ...(ca === undefined ? {} : { ca }) };
  if (proxy === undefined) return new Agent({ connect });
  const { origin } = new URL(proxy);
  const token = basicAuthorization(new URL(proxy));
  return new ProxyAgent({
    // Without user and password, which errors could repeat.
    uri: origin,
    ...(token === undefined ? {} : { token }),
    proxyTunnel: false,
    proxyTls: { timeout: connect.timeout },
    requestTls: connect,
  });
}

/** What the network said, on one line (OpenSSL ends it): it holds addresses and numbers and never what was sent. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message.replace(/\s+/g, ' ').trim() : '';
  return message === '' ? '' : `: ${message}`;
}

/** @returns `undefined` when there is more; what was read so far is dropped. */
async function readAtMost(
  body: AsyncIterable<Uint8Array>,
  maxOctets: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxOctets) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
