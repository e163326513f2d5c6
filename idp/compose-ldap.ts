import { createLdapFlows } from '../connectors/ldap/kazasu-flows.ts';
import { type LdapServer, startLdapServer } from '../connectors/ldap/server.ts';
import type { Config } from './config.ts';
import type { FlowContext } from './flows/context.ts';
import { startLdapThreads } from './ldap-threads/ldap-threads.ts';
import type { EmbeddedStorage } from './storage/embedded.ts';
import type { Keys } from './storage/keys/key-directory.ts';
import { type TlsFiles, tlsPairOf } from './storage/tls-files.ts';

/** What the façade stands on. */
export interface DirectoryParts {
  readonly config: Config;
  readonly context: FlowContext;
  readonly keys: Keys;
  /** Present where other threads can decide too: the index and the clock are this machine's own. */
  readonly shareable?: EmbeddedStorage['shareable'];
}

/**
 * The LDAP façade, in as many threads as configured. It is in this one where they could not decide as this one does.
 * @throws the listening error when a port is taken
 */
export async function serveDirectory(
  { config, context, keys, shareable }: DirectoryParts,
  options: { readonly host: string; readonly tlsFiles: TlsFiles; readonly log: (line: string) => void },
): Promise<LdapServer> {
  const { ldapPort, ldapsPort, ldapBaseDn: baseDn, ldapThreads, dataDir } = config;
  const { host, tlsFiles } = options;
  const flows = createLdapFlows(context);
  const log = (event: string, details: object) => options.log(`${event} ${JSON.stringify(details)}`);
  if (shareable === undefined || ldapThreads === 0) {
    return startLdapServer({
      ...{ host, ldapPort, ldapsPort, baseDn, flows, log },
      clock: context.clock,
      cardGuesses: context.deviceGuesses,
      tlsIdentity: tlsPairOf(tlsFiles),
    });
  }
  const { cardKeySecret, numberKey } = keys;
  return startLdapThreads({
    ...{ dataDir, tlsFiles, flows, context, log, ...shareable },
    threads: ldapThreads,
    keys: { cardKeySecret, numberKey },
    server: { host, ldapPort, ldapsPort, baseDn },
  });
}
