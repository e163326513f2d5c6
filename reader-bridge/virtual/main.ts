import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { readCardDirectory } from './card-directory.ts';
import type { SoftwareCard } from './software-card.ts';
import { connectToVpcd, vpcdPort } from './vpcd.ts';

/*
 * A software card in a process of its own: pcscd disconnects synchronously, so a program that uses the card through
 * pcscd and plays the card at the same time would wait for itself.
 *
 *   node reader-bridge/virtual/main.ts DIRECTORY [PORT]
 *
 * Lines on standard input: insert, remove, swap DIRECTORY, quit. One JSON object a line on standard output.
 */

const [directory, port = String(vpcdPort)] = process.argv.slice(2);
const say = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`);

if (directory === undefined) {
  process.stderr.write('usage: node reader-bridge/virtual/main.ts DIRECTORY [PORT]\n');
  process.exit(2);
}

let card: SoftwareCard = readCardDirectory(directory);
let connection: { disconnect(): void } | undefined;

const commands: { readonly [name: string]: (argument: string) => Promise<void> | void } = {
  insert: async () => {
    connection ??= await insert();
    say({ event: 'inserted' });
  },
  remove,
  swap: async (next) => {
    card = readCardDirectory(next);
    remove('');
    connection = await insert();
    say({ event: 'inserted' });
  },
  quit: () => process.exit(0),
};

function remove(_argument: string): void {
  connection?.disconnect();
  connection = undefined;
  say({ event: 'removed' });
}

/** pcscd opens the port a moment after it started. */
async function insert(): Promise<{ disconnect(): void }> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const made = await connectToVpcd(card, {
        port: Number(port),
        onEvent: (event) => {
          if (event.event === 'ended' && connection === made) connection = undefined;
          say(event);
        },
      });
      return made;
    } catch (error) {
      if (attempt === 50) throw error;
      await delay(100);
    }
  }
}

say({ event: 'ready' });
const lines = createInterface({ input: process.stdin });
for await (const line of lines) {
  const [name = '', ...rest] = line.trim().split(' ');
  try {
    await commands[name]?.(rest.join(' '));
  } catch (error) {
    say({ event: 'failed', command: name, message: String(error) });
  }
}
process.exit(0);
