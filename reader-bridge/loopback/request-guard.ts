import type { IncomingMessage } from 'node:http';
import type { PageTrouble } from '../texts.ts';
import { ownerOfClient } from './socket-owner.ts';

/** What a request wants: a page by navigation, a form of ours, or something our own page loads. */
export type RequestKind = 'navigation' | 'form' | 'part-of-page';

export interface RequestGuardOptions {
  /** `127.0.0.1:37564`. */
  readonly host: string;
  readonly serverPort: number;
  /** Our own uid, where the kernel tells whose a socket is; elsewhere undefined. */
  readonly uid: number | undefined;
}

/**
 * Whether a request may be answered at all. Any web page can make a browser send requests here, and any user of this
 * computer can connect: only navigations, our own pages, and our own user are served.
 * @returns the trouble to show, or `undefined` when the request is fine.
 * @see Fetch Metadata Request Headers (W3C) §2
 */
export async function requestTrouble(
  request: IncomingMessage,
  kind: RequestKind,
  options: RequestGuardOptions,
): Promise<PageTrouble | undefined> {
  const { headers, socket } = request;
  // A foreign name that was made to point here (DNS rebinding) comes with its own Host.
  if (headers.host !== options.host) return 'not-found';
  if (!fetchMetadataFits(headers, kind, `http://${options.host}`)) return 'not-navigation';
  if (options.uid === undefined) return undefined;
  const clientPort = socket.remotePort ?? 0;
  const owner = await ownerOfClient({ clientPort, serverPort: options.serverPort });
  return owner === options.uid ? undefined : 'other-user';
}

function fetchMetadataFits(
  headers: IncomingMessage['headers'],
  kind: RequestKind,
  ourOrigin: string,
): boolean {
  const site = headers['sec-fetch-site'];
  if (kind === 'part-of-page') return site === 'same-origin';
  if (headers['sec-fetch-mode'] !== 'navigate' || headers['sec-fetch-dest'] !== 'document') return false;
  return kind === 'navigation' || (site === 'same-origin' && headers.origin === ourOrigin);
}
