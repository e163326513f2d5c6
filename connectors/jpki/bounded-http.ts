import { Fault, type FaultCode } from '../../idp/domain/fault.ts';

/** How long and how much is waited for, and what it is called when nothing comes. */
export interface HttpLimits {
  readonly timeoutSeconds: number;
  readonly maxOctets: number;
  readonly faultCode: FaultCode;
}

/**
 * One HTTP exchange, to its end within the limits. Redirects are not followed: whoever answers there was not configured.
 * @throws {Fault} `faultCode` on no answer, a status other than 200, or too many octets.
 */
export async function requestBounded(url: URL, init: RequestInit, limits: HttpLimits): Promise<Uint8Array> {
  const fault = (message: string, cause?: unknown): Fault =>
    new Fault(limits.faultCode, `${url.host} ${message}`, cause);
  const signal = AbortSignal.timeout(limits.timeoutSeconds * 1000);
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw fault(`answered with status ${response.status}`);
    }
    const octets = await readAtMost(response, limits.maxOctets);
    if (octets === undefined) throw fault(`sent more than ${limits.maxOctets} octets`);
    return octets;
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw fault('did not answer', error);
  }
}

/** @returns `undefined` when there is more; what was read so far is dropped. */
async function readAtMost(response: Response, maxOctets: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxOctets) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
