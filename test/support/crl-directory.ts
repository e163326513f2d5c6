import { Attribute, Change, Client } from 'ldapts';
import { ldifEntry, startSlapd } from './slapd.ts';

/** A slapd that serves one municipality's list, as the directory of JPKI does. */
export interface CrlDirectory {
  readonly url: string;
  publish(list: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

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
      const client = new Client({ url: slapd.url });
      await client.bind(rootDN, rootPassword);
      const modification = new Attribute({ type: attribute, values: [Buffer.from(next)] });
      await client.modify(point, new Change({ operation: 'replace', modification }));
      await client.unbind();
    },
    close: slapd.close,
  };
}
