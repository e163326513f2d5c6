import { describe, expect, test } from 'vitest';
import { myNumberCard } from '../../idp/domain/card-profile.ts';
import { CardChannel } from '../../reader-bridge/card-channel.ts';
import type { CardSession } from '../../reader-bridge/card-reader.ts';

const selectJpki = {
  cla: 0,
  ins: 0xa4,
  p1: 4,
  p2: 0x0c,
  data: Buffer.from(myNumberCard.application.aid, 'hex'),
};
const read = { cla: 0, ins: 0xb0, p1: 0, p2: 0, le: 256 };

/** A card that gives these answers one after the other, and keeps what it was sent. */
function scripted(...answers: readonly (string | undefined)[]) {
  const sent: string[] = [];
  const session: CardSession = {
    transmit: async (command) => {
      sent.push(Buffer.from(command).toString('hex'));
      const answer = answers[sent.length - 1];
      return answer === undefined ? new Promise<never>(() => {}) : Buffer.from(answer, 'hex');
    },
    powerOff: async () => {},
    release: async () => {},
  };
  return { sent, channel: new CardChannel(session, { deadlineMs: 30 }) };
}

describe('the channel to a card', () => {
  test('asks again with the length that the card names (6Cxx)', async () => {
    const { sent, channel } = scripted('9000', '6c02', 'cafe9000');
    await channel.send(selectJpki);
    expect(Buffer.from((await channel.send(read)).data).toString('hex')).toBe('cafe');
    expect(sent.at(-1)).toBe('00b0000002');
  });

  test('fetches the rest of a long answer (61xx)', async () => {
    const { sent, channel } = scripted('9000', 'ca6102', 'fe0061' + '01', '019000');
    await channel.send(selectJpki);
    const answer = await channel.send(read);
    expect(Buffer.from(answer.data).toString('hex')).toBe('cafe0001');
    expect(answer.statusWord).toBe(0x9000);
    expect(sent.slice(2)).toEqual(['00c0000002', '00c0000001']);
  });

  test('does not ask for ever for the rest of an answer that never comes', async () => {
    const { sent, channel } = scripted('9000', '6110', '6110', '6110');
    await channel.send(selectJpki);
    expect((await channel.send(read)).statusWord).toBe(0x6110);
    expect(sent.slice(2)).toEqual(['00c0000010']);
  });

  test('repeats the first command once when the card stutters after power-up (6F00), and no other', async () => {
    const { sent, channel } = scripted('6f00', '9000', '6f00');
    expect((await channel.send(selectJpki)).statusWord).toBe(0x9000);
    expect((await channel.send(read)).statusWord).toBe(0x6f00);
    expect(sent).toHaveLength(3);
  });

  test('gives up on a card that stutters twice', async () => {
    const { sent, channel } = scripted('6f00', '6f00');
    expect((await channel.send(selectJpki)).statusWord).toBe(0x6f00);
    expect(sent).toHaveLength(2);
  });

  test.each(['', '90'])(
    'takes an answer of less than a status word for a card taken away (%j)',
    async (answer) => {
      const { channel } = scripted(answer);
      await expect(channel.send(selectJpki)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' });
    },
  );

  test('does not wait for ever for a silent card, and speaks to it no more', async () => {
    const { sent, channel } = scripted(undefined, '9000');
    await expect(channel.send(selectJpki)).rejects.toMatchObject({ code: 'ERR_CARD_SILENT' });
    await expect(channel.send(selectJpki)).rejects.toMatchObject({ code: 'ERR_CARD_SILENT' });
    expect(sent).toHaveLength(1);
  });

  test('sends nothing that the guard refuses', async () => {
    const { sent, channel } = scripted('9000', '9000');
    const mynumber = { ...selectJpki, data: Buffer.from('d3921000310001010402', 'hex') };
    await expect(channel.send(mynumber)).rejects.toMatchObject({ code: 'ERR_APDU_NOT_ALLOWED' });
    await expect(channel.send(read)).rejects.toMatchObject({ code: 'ERR_APDU_NOT_ALLOWED' });
    expect(sent).toEqual([]);
  });

  test('forgets that the application was selected when selecting it again fails', async () => {
    const { channel } = scripted('9000', '6a82');
    await channel.send(selectJpki);
    await channel.send(selectJpki);
    await expect(channel.send(read)).rejects.toMatchObject({ code: 'ERR_APDU_NOT_ALLOWED' });
  });
});
