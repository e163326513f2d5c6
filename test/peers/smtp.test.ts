import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMailChannel } from '../../connectors/notices/mail-channel.ts';
import { openSystem, serve } from '../../idp/compose.ts';
import { readConfig } from '../../idp/config.ts';
import { parseSmtpUrl } from '../../idp/domain/smtp-server.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { deliverNotices } from '../../idp/flows/deliver-notices.ts';
import { importPeople } from '../../idp/flows/import-people.ts';
import { queueNotice } from '../../idp/flows/queue-notice.ts';
import { issueCard } from '../idp/flows/world/cards.ts';
import { addEnrolledReader, addPeople, admin, registerCard } from '../idp/flows/world/people-and-places.ts';
import { createWorld, type World } from '../idp/flows/world/world.ts';
import { requirePrograms } from '../support/programs.ts';
import { type SmtpTestServer, startSmtpServer } from '../support/smtp-server.ts';
import { createTestPki, type TestPki } from '../support/test-pki.ts';
import { makeTlsPair } from '../support/tls-pair.ts';

const missing = requirePrograms('aiosmtpd', 'openssl');
const from = '姫路市カード係 <kazasu@city.example>';
const message = { id: 'notice-1', addresses: ['sato@city.example'], subject: '件名', text: '本文\n' };
const undelivered = expect.objectContaining({ name: 'Fault', code: 'ERR_NOTICE_UNDELIVERED' });

describe.skipIf(missing)('mail to a real server', () => {
  let tls: ReturnType<typeof makeTlsPair>;
  const servers: SmtpTestServer[] = [];

  beforeAll(() => {
    tls = makeTlsPair();
    return () => tls.remove();
  });

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function start(...options: readonly string[]): Promise<SmtpTestServer> {
    const server = await startSmtpServer(...options);
    servers.push(server);
    return server;
  }

  const withTls = () => ['--cert', tls.certificate, '--key', tls.key];
  const channelTo = (url: string) =>
    createMailChannel(parseSmtpUrl(url), { from, ca: readFileSync(tls.certificate, 'utf8') });
  /** As to a server elsewhere: loopback alone is excused from STARTTLS. */
  const demandingChannelTo = ({ port }: SmtpTestServer, user = '') =>
    createMailChannel(
      { ...parseSmtpUrl(`smtp://${user}127.0.0.1:${port}`), demandsStartTls: true },
      { from, ca: readFileSync(tls.certificate, 'utf8') },
    );

  it('arrives with its Japanese subject, sender and text as they were, every octet of it ASCII', async () => {
    const server = await start();
    const subject =
      '[Kazasu] カードの電子証明書の有効期限が近づいています（約60日以内） / Your card’s certificate ends soon';
    const text = `${'佐藤 花子 様 — 𠮷野家の「髙」'.repeat(20)}\n\n.\nA line that begins with a full stop.\n`;
    const channel = channelTo(`smtp://127.0.0.1:${server.port}`);
    expect(await channel.deliver({ ...message, subject, text })).toEqual({ outcome: 'accepted' });
    const [mail] = await server.taken(1);
    expect(mail).toMatchObject({
      ...{ from: 'kazasu@city.example', to: ['sato@city.example'], ascii: true, text },
      headers: { Subject: subject, To: 'sato@city.example', 'Auto-Submitted': 'auto-generated' },
    });
    expect(mail?.headers.From).toMatch(/^"?姫路市カード係"? <kazasu@city\.example>$/);
    expect(mail?.headers['Message-ID']).toBe('<notice-1@kazasu.invalid>');
    expect(mail?.headers['Content-Type']).toMatch(/text\/plain; charset="?utf-8"?/);
  });

  it('goes to every operator in one message', async () => {
    const server = await start('--reject', 'gone@city.example');
    const addresses = ['ops@city.example', 'gone@city.example'];
    const channel = channelTo(`smtp://127.0.0.1:${server.port}`);
    expect(await channel.deliver({ ...message, addresses })).toEqual({ outcome: 'accepted' });
    expect(await server.taken(1)).toMatchObject([{ to: ['ops@city.example'] }]);
  });

  it('takes STARTTLS and signs in', async () => {
    const server = await start(...withTls(), '--auth', 'kazasu:p@ss:wörd');
    const channel = demandingChannelTo(server, 'kazasu:p%40ss%3Aw%C3%B6rd@');
    expect(await channel.deliver(message)).toEqual({ outcome: 'accepted' });
    expect(await server.taken(1)).toMatchObject([{ tls: true, user: 'kazasu' }]);
  });

  it('speaks TLS from the start where the address says so', async () => {
    const server = await start(...withTls(), '--implicit-tls');
    expect(await channelTo(`smtps://127.0.0.1:${server.port}`).deliver(message)).toEqual({
      outcome: 'accepted',
    });
  });

  it('is not sent in clear where STARTTLS is demanded and the server has none', async () => {
    const server = await start();
    await expect(demandingChannelTo(server).deliver(message)).rejects.toEqual(undelivered);
    expect(server.mails).toEqual([]);
  });

  it('is not sent to a server that nobody vouches for', async () => {
    const server = await start(...withTls());
    const parsed = parseSmtpUrl(`smtp://127.0.0.1:${server.port}`);
    const stranger = createMailChannel({ ...parsed, demandsStartTls: true }, { from });
    await expect(stranger.deliver(message)).rejects.toEqual(undelivered);
    expect(server.mails).toEqual([]);
  });

  it('is encrypted all the same where clear text would do and the server offers better', async () => {
    const server = await start(...withTls());
    const channel = createMailChannel(parseSmtpUrl(`smtp://127.0.0.1:${server.port}`), { from });
    expect(await channel.deliver(message)).toEqual({ outcome: 'accepted' });
    expect(await server.taken(1)).toMatchObject([{ tls: true }]);
  });

  it('waits when the password is wrong: that is for the operators to mend; and no message says the password', async () => {
    const server = await start(...withTls(), '--auth', 'kazasu:right');
    const fault = await demandingChannelTo(server, 'kazasu:wrong-secret@')
      .deliver(message)
      .catch((error: unknown) => error);
    expect(fault).toEqual(undelivered);
    expect((fault as Error).message).toMatch(/EAUTH/);
    expect((fault as Error).message).not.toContain('wrong-secret');
  });

  it.each([
    ['refused for good, where the mailbox is unknown', '--reject', { outcome: 'refused' }],
    ['a fault, where the server wants to be asked later', '--defer', undelivered],
  ])('is %s', async (_what, option, expected) => {
    const server = await start(option, 'sato@city.example');
    const channel = channelTo(`smtp://127.0.0.1:${server.port}`);
    expect(await channel.deliver(message).catch((error: unknown) => error)).toEqual(expected);
  });

  it('leaves a running server by itself, as its settings say', async () => {
    const server = await start();
    const directory = mkdtempSync(join(tmpdir(), 'kazasu-smtp-'));
    const ports = { KAZASU_PORT: '0', KAZASU_LDAP_PORT: '0', KAZASU_LDAPS_PORT: '0' };
    const mail = {
      ...{ KAZASU_SMTP_URL: `smtp://127.0.0.1:${server.port}`, KAZASU_MAIL_FROM: from },
      ...{ KAZASU_ALARM_MAIL: 'ops@city.example night@city.example' },
    };
    const settings = { KAZASU_DATA_DIR: join(directory, 'data'), ...ports, ...mail };
    const system = await openSystem(readConfig(settings, '/nonexistent'), { log: () => {} });
    const alarm = { kind: 'operator-alarm', about: 'a test', words: { ja: '警報', en: 'alarm' } } as const;
    await system.context.record.change((tables) => queueNotice(system.context, tables, alarm));
    const running = await serve(system, { log: () => {} });
    const [taken] = await server.taken(1);
    expect(taken).toMatchObject({ to: ['ops@city.example', 'night@city.example'] });
    expect(taken?.text).toMatch(/警報[\s\S]*alarm/);
    await running.close();
    expect(await system.context.record.notices.findAbout('a test')).toMatchObject([{ state: 'sent' }]);
    await system.close();
    rmSync(directory, { recursive: true });
  });

  describe('from the outbox', () => {
    let pki: TestPki;
    let world: World;

    beforeAll(async () => {
      pki = await createTestPki();
    });

    beforeEach(async () => {
      world = await createWorld(pki);
      await addPeople(world, 'sato');
      const people = [
        {
          uid: 'sato',
          displayName: '佐藤 花子',
          mail: 'sato@city.example',
          organization: 'Himeji',
          groups: [],
        },
      ];
      await importPeople(world.context, { people, actor: admin });
      const desk = await addEnrolledReader(world, 'desk', { kind: 'workstation' });
      await registerCard(world, 'sato', issueCard(world), desk);
    });

    afterEach(() => world.close());

    const contextOf = (port: number): FlowContext => ({
      ...world.context,
      notices: { channel: channelTo(`smtp://127.0.0.1:${port}`), operators: ['ops@city.example'] },
    });

    it('is delivered later, once, by a server that was down and comes up', async () => {
      const before = await start();
      await before.close();
      const context = contextOf(before.port);
      expect(await deliverNotices(context)).toMatchObject({
        sent: 0,
        failed: expect.stringContaining('mail:'),
      });
      const server = await start('--port', String(before.port));
      world.clock.advance(60);
      expect(await deliverNotices(context)).toEqual({ sent: 1, givenUp: 0 });
      world.clock.advance(24 * 3_600);
      expect(await deliverNotices(context)).toEqual({ sent: 0, givenUp: 0 });
      expect(await server.taken(1)).toHaveLength(1);
      expect(server.mails[0]?.text).toMatch(/佐藤 花子 様[\s\S]*承認されました[\s\S]*was approved/);
    });

    it('is given up when the server refuses the person, and the operators are told', async () => {
      const server = await start('--reject', 'sato@city.example');
      const context = contextOf(server.port);
      expect(await deliverNotices(context)).toEqual({ sent: 0, givenUp: 1 });
      expect(await world.trail('notice.given-up')).toMatchObject([{ reason: 'refused' }]);
      await deliverNotices(context);
      const [mail] = await server.taken(1);
      expect(mail).toMatchObject({
        to: ['ops@city.example'],
        text: expect.stringContaining('kazasu notice list'),
      });
    });
  });
});
