import { type Instant, msPerSecond } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';
import { queueNotice } from './queue-notice.ts';

type Context = Pick<FlowContext, 'clock' | 'secrets' | 'clients' | 'log'>;

const dayMs = 24 * 3_600 * msPerSecond;

/**
 * A client was not told in time that sessions are over: what it keeps of its own goes on, which nobody but its
 * administrator can end now. To the operators once a day and client, within the change that gives up.
 */
export async function tellOfUndelivered(
  context: Context,
  tables: Pick<Tables, 'notices'>,
  { clientId, count, now }: { readonly clientId: ClientId; readonly count: number; readonly now: Instant },
): Promise<void> {
  const client = context.clients.find(clientId);
  const name = client?.name ?? clientId;
  const uri = client?.protocol === 'oidc' ? client.backchannelLogout?.uri : undefined;
  const words = wordsOf(name, uri ?? '', count);
  const about = `logouts:${clientId}:${Math.floor(now / dayMs)}`;
  if (await queueNotice(context, tables, { kind: 'operator-alarm', about, words })) {
    context.log(`ALARM ${words.en}`);
  }
}

function wordsOf(name: string, uri: string, count: number): { readonly ja: string; readonly en: string } {
  return {
    ja: `「${name}」に、セッションの終了を1日のあいだ知らせることができませんでした（${count} 件、宛先 ${uri}）。この接続先では、ログインしたままの人がいるおそれがあります。接続先の管理者に、該当するセッションを終了するよう伝えてください。待っている通知: \`kazasu session deliveries\``,
    en: `For a day “${name}” could not be told that sessions are over (${count}, at ${uri}). People may still be signed in there: have its administrator end their sessions. What still waits: kazasu session deliveries`,
  };
}
