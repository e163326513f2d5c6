import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Output } from './commands/program.ts';
import { openSystem, serve } from './compose.ts';
import type { Config } from './config.ts';
import type { FlowContext } from './flows/context.ts';
import { openSetup, setupSeconds } from './flows/first-administrator.ts';

/** Where the one-time link of the first start lies; its words are in no log. */
const setupFile = 'first-administrator.url';

/** Runs the provider and the façade until SIGINT or SIGTERM, then finishes what is under way and leaves. */
export async function start(config: Config, { out, err }: Output): Promise<void> {
  const system = await openSystem(config, { log: err });
  const running = await serve(system, { log: err });
  out(`OpenID Connect  ${config.issuer}/.well-known/openid-configuration`);
  out(
    `LDAP            ldap://${running.host}:${running.ldapPort} (StartTLS), ldaps://${running.host}:${running.ldapsPort}`,
  );
  if (config.issuer.startsWith('https:') && config.trustedProxies.length === 0) {
    out(
      'No proxy is trusted: name the one that ends TLS in KAZASU_TRUSTED_PROXIES, or every request is refused.',
    );
  }
  const { anchors, clock } = system.context;
  if (!anchors.list().some(({ notAfter }) => notAfter >= clock.now())) {
    out(
      'No valid anchors: My Number Cards are refused until a CA certificate is added: kazasu anchors add FILE',
    );
  }
  const removeSetupFile = await offerSetup(system.context, config, out);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  out('Stopping.');
  await removeSetupFile();
  await running.close();
  await system.close();
}

async function offerSetup(
  context: FlowContext,
  { issuer, dataDir }: Config,
  out: Output['out'],
): Promise<() => Promise<void>> {
  const path = join(dataDir, setupFile);
  const remove = () => rm(path, { force: true });
  await remove();
  const setup = await openSetup(context);
  if (setup === undefined) return remove;
  await writeFile(path, `${issuer}/setup?token=${setup.token}\n`, { mode: 0o600, flag: 'wx' });
  out(`First start: open the link in ${path} within 15 minutes to make the first administrator.`);
  setTimeout(remove, setupSeconds * 1_000).unref();
  return remove;
}
