import { connect, type Socket } from 'node:net';
import type { SoftwareCard } from './software-card.ts';

/** What happened to a card behind vpcd. Commands are given by their header only: data may be a PIN. */
export type VpcdEvent =
  | { readonly event: 'power-on' | 'power-off' | 'reset' }
  | { readonly event: 'apdu'; readonly header: string; readonly name?: string; readonly statusWord: string }
  /** The connection ended: pcscd went away, or the card left the field. */
  | { readonly event: 'ended' };

/** Where pcscd's virtual reader listens; the second slot is one higher. */
export const vpcdPort = 35_963;

const control = { powerOff: 0, powerOn: 1, reset: 2, atr: 4 } as const;

/**
 * Puts a software card into vsmartcard's virtual reader; ending the connection takes it out.
 * @returns once pcscd took the connection.
 */
export async function connectToVpcd(
  card: SoftwareCard,
  options: {
    readonly port: number;
    readonly onEvent: (event: VpcdEvent) => void;
  },
): Promise<{ disconnect(): void }> {
  const socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  let buffered: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    buffered = takeMessages(buffered, (message) => handle(card, socket, message, options.onEvent));
  });
  // An error is followed by `close`, which says all there is to say.
  socket.on('error', () => {});
  socket.on('close', () => {
    card.powerOff();
    options.onEvent({ event: 'ended' });
  });
  return { disconnect: () => socket.destroy() };
}

/** Messages are length-prefixed, two octets, big endian. @returns what is left of the last, incomplete one. */
function takeMessages(buffered: Buffer, take: (message: Uint8Array) => void): Buffer {
  let rest = buffered;
  while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
    const end = 2 + rest.readUInt16BE();
    take(rest.subarray(2, end));
    rest = rest.subarray(end);
  }
  return rest;
}

function handle(
  card: SoftwareCard,
  socket: Socket,
  message: Uint8Array,
  onEvent: (event: VpcdEvent) => void,
): void {
  if (message.length !== 1) {
    const response = card.process(message);
    onEvent(apduEvent(message, response));
    if (response === undefined) socket.destroy();
    else send(socket, response);
    return;
  }
  const [code] = message;
  if (code === control.atr) send(socket, card.atr);
  else if (code === control.powerOn) signal(() => card.powerOn(), 'power-on');
  else if (code === control.powerOff) signal(() => card.powerOff(), 'power-off');
  else if (code === control.reset) signal(() => card.reset(), 'reset');

  function signal(act: () => void, event: 'power-on' | 'power-off' | 'reset'): void {
    act();
    onEvent({ event });
  }
}

function send(socket: Socket, message: Uint8Array): void {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  socket.write(Buffer.concat([length, message]));
}

function apduEvent(command: Uint8Array, response: Uint8Array | undefined): VpcdEvent {
  const hex = Buffer.from(command).toString('hex');
  // The names in a SELECT are public; no other data is repeated.
  const name = hex.slice(2, 4) === 'a4' ? { name: hex.slice(10) } : {};
  const statusWord = Buffer.from(response ?? [])
    .toString('hex')
    .slice(-4);
  return { event: 'apdu', header: hex.slice(0, 8), ...name, statusWord };
}
