import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, until } from './installation.ts';

/** A web server with `mod_auth_openidc`, a certified relying party, in front of a page that needs a sign-in. */
export interface Apache {
  readonly origin: string;
  /** Where the module takes codes, logout tokens and wishes to sign out. */
  readonly redirectUri: string;
  /** Starts it; the port is known before, because the client must be added first. */
  start(client: {
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecret: string;
  }): Promise<void>;
  log(): string;
  close(): Promise<void>;
}

const modules = [
  ...['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'headers', 'dir', 'mime'],
  'auth_openidc',
];

/** Prepares a throw-away Apache on loopback. The caller closes it. */
export async function prepareApache(): Promise<Apache> {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-apache-'));
  // Its children are another user where the tests run as root.
  chmodSync(directory, 0o755);
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const redirectUri = `${origin}/protected/callback`;
  for (const name of ['protected', 'open']) {
    mkdirSync(join(directory, 'pages', name), { recursive: true });
    writeFileSync(join(directory, 'pages', name, 'index.html'), `<h1>${name}</h1>`);
  }
  const log = join(directory, 'error.log');
  let child: ReturnType<typeof spawn> | undefined;
  return {
    origin,
    redirectUri,
    async start({ issuer, clientId, clientSecret }) {
      const settings = [
        ...[`ServerRoot "${directory}"`, 'ServerName localhost', `Listen 127.0.0.1:${port}`],
        ...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
        ...(process.getuid?.() === 0 ? ['User www-data', 'Group www-data'] : []),
        ...[`PidFile "${directory}/pid"`, `ErrorLog "${log}"`, 'LogLevel warn auth_openidc:info'],
        ...[`DocumentRoot "${directory}/pages"`, 'TypesConfig /etc/mime.types', 'DirectoryIndex index.html'],
        `OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration`,
        ...[`OIDCClientID ${clientId}`, `OIDCClientSecret ${clientSecret}`, `OIDCRedirectURI ${redirectUri}`],
        ...['OIDCScope "openid profile email groups"', 'OIDCRemoteUserClaim preferred_username'],
        ...['OIDCCryptoPassphrase of-this-test-alone', 'OIDCSessionType server-cache'],
        ...['<Location /protected>', 'AuthType openid-connect', 'Require valid-user'],
        // The tests' requests do not say that somebody navigates; without this it would take them for a script's.
        'OIDCUnAuthAction auth "true"',
        ...['Header set X-Signed-In "expr=%{REMOTE_USER}"', '</Location>'],
        `<Directory "${directory}/pages">\nRequire all granted\n</Directory>`,
      ];
      writeFileSync(join(directory, 'conf'), `${settings.join('\n')}\n`);
      child = spawn('/usr/sbin/apache2', ['-D', 'FOREGROUND', '-f', join(directory, 'conf')], {
        stdio: 'ignore',
        env: { PATH: process.env.PATH },
      });
      await until('Apache to listen', async () => {
        if (child?.exitCode !== null) throw new Error(`Apache ended: ${readFileSync(log, 'utf8')}`);
        return (await fetch(`${origin}/open/`).catch(() => undefined)) && true;
      });
    },
    log: () => readFileSync(log, 'utf8'),
    async close() {
      if (child !== undefined && child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
