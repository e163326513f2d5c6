import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { ldifEntry, startSlapd } from './slapd.ts';

/** A slapd that serves one municipality's list, as the directory of JPKI does. */
export interface CrlDirectory {
  readonly url: string;
  publish(list: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

const run = promisify(execFile);
const rootDN = 'cn=admin,C=JP';
const rootPassword = 'for-this-test-only';
const attribute = 'certificateRevocationList;binary';

/** @param place as in the certificates' distribution point. */
export async function startCrlDirectory(
  list: Uint8Array,
  place = { prefecture: 'Demo-ken', municipality: 'Demo-shi' },
): Promise<CrlDirectory> {
  const organization = 'O=JPKI-TEST,C=JP';
  const authentication = `OU=JPKI for user authentication,${organization}`;
  const points = `OU=CRL Distribution Points,${authentication}`;
  const prefecture = `OU=${place.prefecture},${points}`;
  const point = `CN=${place.municipality} CRLDP,${prefecture}`;
  const unit = (dn: string, ou: string) => ldifEntry(dn, { objectClass: 'organizationalUnit', ou });
  const slapd = await startSlapd({
    suffix: 'C=JP',
    rootDN,
    rootPassword,
    ldif: [
      ldifEntry('C=JP', { objectClass: 'country', c: 'JP' }),
      ldifEntry(organization, { objectClass: 'organization', o: 'JPKI-TEST' }),
      unit(authentication, 'JPKI for user authentication'),
      unit(points, 'CRL Distribution Points'),
      unit(prefecture, place.prefecture),
      ldifEntry(point, {
        objectClass: 'cRLDistributionPoint',
        cn: `${place.municipality} CRLDP`,
        [attribute]: list,
      }),
    ].join(''),
  });
  return {
    url: slapd.url,
    async publish(next) {
      const file = join(slapd.directory, 'next.crl');
      await writeFile(file, next);
      const change = join(slapd.directory, 'next.ldif');
      // By the file's name: LDAP libraries in JavaScript write no value of more than 16 MiB.
      const lines = [`dn: ${point}`, 'changetype: modify', `replace: ${attribute}`];
      await writeFile(change, [...lines, `${attribute}:< ${pathToFileURL(file)}`, ''].join('\n'));
      const asAdmin = ['-x', '-H', slapd.url, '-D', rootDN, '-w', rootPassword];
      await run('ldapmodify', [...asAdmin, '-f', change]);
      await rm(file);
    },
    close: slapd.close,
  };
}
