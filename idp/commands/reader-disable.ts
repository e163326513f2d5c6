import { InvalidInput } from '../domain/fault.ts';
import type { Instant } from '../domain/instant.ts';
import { disableReader } from '../flows/manage-readers.ts';
import { recordCommand, text, word } from './command.ts';
import { counted } from './table.ts';

interface Input {
  readonly reader: string;
  readonly since?: Instant;
}

export const readerDisable = recordCommand({
  name: 'reader disable',
  summary: 'end a reader; its taps count for nothing from this moment',
  shape: (command) =>
    command
      .argument('<name>', 'name or id')
      .option(
        '--since <time>',
        'end what was made at it since then too: sign-ins, and PIN windows of its group; e.g. "2026-11-28 09:00" (Japan)',
      ),
  read: (typed): Input => {
    const since = text(typed, 'since');
    return { reader: word(typed, 0), ...(since === undefined ? {} : { since: readMoment(since) }) };
  },
  run: async (context, input: Input, actor) => {
    const { reader, endedSignIns } = await disableReader(context, { ...input, actor });
    const { readerId, name, state } = reader;
    return { id: readerId, name, state, endedSignIns };
  },
  text: ({ name, endedSignIns }) =>
    endedSignIns === 0
      ? `The reader "${name}" is disabled.`
      : `The reader "${name}" is disabled; ${counted(endedSignIns, 'sign-in')} made at it ended.`,
});

/** `2026-11-28 09:00` is meant as people in Japan say it; with a zone it is what it says. */
function readMoment(written: string): Instant {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?(Z|[+-]\d{2}:\d{2})?$/.exec(written);
  const [, day = '', time = '00:00', zone = '+09:00'] = parts ?? [];
  const moment = Date.parse(`${day}T${time}${zone}`);
  if (parts !== null && !Number.isNaN(moment)) return moment;
  throw new InvalidInput(
    'ERR_OPTION',
    `--since is a day with a time, like "2026-11-28 09:00", not "${written}".`,
  );
}
