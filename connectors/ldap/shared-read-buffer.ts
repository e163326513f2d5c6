import { Socket, type SocketConstructorOpts } from 'node:net';

const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

interface WithHandle {
  _handle: object | null;
}

/**
 * Lets an accepted socket read into one buffer that all connections share, instead of one of 64 KB per read:
 * measured, a fifth more operations per second when each comes alone. Node offers this (`onread`) for sockets
 * that it opens and not for those that it accepts, so the accepted one's handle is given to a new socket.
 * That handle is no public interface: where it is missing, the socket is returned as it came, only slower.
 * @param accepted as it comes from a server with `pauseOnConnect`
 * @returns a socket that emits `data` with a copy of what came
 */
export function readThroughSharedBuffer(accepted: Socket): Socket {
  const { _handle: handle } = accepted as unknown as WithHandle;
  if (handle === null || handle === undefined) {
    accepted.resume();
    return accepted;
  }
  (accepted as unknown as WithHandle)._handle = null;
  const onread = {
    buffer: readBuffer,
    callback: (size: number) => {
      socket.emit('data', Buffer.from(readBuffer.subarray(0, size)));
      return true;
    },
  };
  const socket: Socket = new Socket({ handle, onread } as unknown as SocketConstructorOpts);
  // The server counts the socket that it accepted until that one is closed.
  socket.on('close', () => accepted.destroy());
  return socket;
}
