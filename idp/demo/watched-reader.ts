import { instruction } from '../../reader-bridge/apdu.ts';
import { SoftwareReader } from '../../reader-bridge/virtual/software-reader.ts';
import type { Journal, StepName } from './journal.ts';

/** One conversation with a card, counted; nothing of what was said is kept. */
interface Conversation {
  commands: number;
  octets: number;
  signed: boolean;
  pinRefused: boolean;
  readonly beganAt: number;
}

/** Who reads no more than this wanted the number alone. */
const shortRead = 256;

/** A software reader that writes into the journal how many commands a card was asked, and for how long. */
export function watchedReader(name: string, journal: Journal): SoftwareReader {
  let open: Conversation | undefined;
  return new SoftwareReader(name, (event) => {
    if (event.type !== 'apdu') {
      if (open !== undefined) noteConversation(journal, open);
      open = undefined;
      return;
    }
    open ??= { commands: 0, octets: 0, signed: false, pinRefused: false, beganAt: performance.now() };
    open.commands += 1;
    const ins = event.command[1];
    if (ins === instruction.readBinary) open.octets += Math.max(0, event.response.length - 2);
    if (ins === instruction.performSecurityOperation && event.response.length > 2) open.signed = true;
    if (ins === instruction.verify && event.command.length > 5 && event.response[0] === 0x63)
      open.pinRefused = true;
  });
}

function noteConversation(journal: Journal, conversation: Conversation): void {
  const what = nameOf(conversation);
  const { commands, octets, beganAt } = conversation;
  if (what !== undefined) journal.note('card', what, { commands, octets }, performance.now() - beganAt);
}

/** Asking for the tries left is no step of its own. */
function nameOf({ signed, pinRefused, octets }: Conversation): StepName | undefined {
  if (signed) return 'card-signed';
  if (pinRefused) return 'pin-refused-by-card';
  if (octets > shortRead) return 'card-read';
  return octets > 0 ? 'number-read' : undefined;
}
