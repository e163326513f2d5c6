import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The Debian package that brings each program our tests start. */
export const debianPackageOf = {
  'redis-server': 'redis-server',
  slapd: 'slapd',
  ldapsearch: 'ldap-utils',
  openssl: 'openssl',
  tinyproxy: 'tinyproxy',
  pcscd: 'pcscd',
  'opensc-tool': 'opensc',
  'pkcs15-tool': 'opensc',
  'pkcs11-tool': 'opensc',
  chromium: 'chromium',
  vpcd: 'vsmartcard-vpcd',
  aiosmtpd: 'python3-aiosmtpd',
  nslcd: 'nslcd',
  'pam_ldap.so': 'libpam-ldapd libnss-ldapd',
  pamtester: 'pamtester',
  sssd: 'sssd-ldap',
  freeradius: 'freeradius freeradius-ldap',
  radclient: 'freeradius-utils',
  apache2: 'apache2-bin',
  'mod_auth_openidc.so': 'libapache2-mod-auth-openidc',
} as const;

export type Program = keyof typeof debianPackageOf;

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

/** Whether a program (or, for `vpcd`, pcscd's virtual driver, or a PAM module) is on this machine. */
export function hasProgram(program: Program): boolean {
  if (program === 'vpcd') return existsSync('/etc/reader.conf.d/vpcd');
  if (program === 'mod_auth_openidc.so') return existsSync(`/usr/lib/apache2/modules/${program}`);
  if (program === 'pam_ldap.so') return existsSync(`/usr/lib/${machine}-linux-gnu/security/${program}`);
  return spawnSync('which', [program], { env: { PATH: searchPath } }).status === 0;
}

/**
 * Names the programs that are missing, with the command that installs them; in CI a missing one is a failure.
 * @returns `undefined` when all are there, otherwise the reason to print with the skip.
 */
export function requirePrograms(...programs: readonly Program[]): string | undefined {
  const missing = programs.filter((program) => !hasProgram(program));
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((program) => debianPackageOf[program]))].join(' ');
  const reason = `missing ${missing.join(', ')}: apt-get install ${packages}`;
  // A skip in CI would look green while nothing was shown.
  if (process.env.CI) throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}
