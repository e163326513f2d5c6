import { supportedControls } from './codec/controls.ts';
import type { Entry } from './entry.ts';
import { knownType } from './schema/attribute-types.ts';
import type { Session } from './session.ts';
import { subschemaDn, type Tree } from './tree.ts';

/** @see RFC 4511 §4.14 */
export const startTlsOid = '1.3.6.1.4.1.1466.20037';
/** @see RFC 4532 */
export const whoAmIOid = '1.3.6.1.4.1.4203.1.11.3';
/** `+` for all operational attributes (RFC 3673), `@class` for those of a class (RFC 4529), `(&)` and `(|)` as true and false (RFC 4526). */
const supportedFeatures = ['1.3.6.1.4.1.4203.1.5.1', '1.3.6.1.4.1.4203.1.5.2', '1.3.6.1.4.1.4203.1.5.3'];

/** What a client may know before it binds. @see RFC 4512 §5.1 */
export interface RootDse {
  readonly plain: Entry;
  /** For who showed a TLS client certificate: EXTERNAL is offered where it can succeed. @see RFC 4513 §5.2.3 */
  readonly withCertificate: Entry;
}

export function rootDse(tree: Tree, offersStartTls: boolean): RootDse {
  const plain = rootEntry(tree, offersStartTls);
  const external = { type: knownType('supportedSASLMechanisms'), values: ['EXTERNAL'] };
  return { plain, withCertificate: { ...plain, attributes: [...plain.attributes, external] } };
}

/** The root DSE as this connection sees it. */
export function rootDseFor({ plain, withCertificate }: RootDse, session: Session): Entry {
  return session.clientCertificateSha256() === undefined ? plain : withCertificate;
}

function rootEntry(tree: Tree, offersStartTls: boolean): Entry {
  return {
    dn: '',
    attributes: [
      { type: knownType('objectClass'), values: ['top'] },
      { type: knownType('namingContexts'), values: [tree.baseDn] },
      { type: knownType('supportedLDAPVersion'), values: ['3'] },
      {
        type: knownType('supportedExtension'),
        values: offersStartTls ? [startTlsOid, whoAmIOid] : [whoAmIOid],
      },
      { type: knownType('supportedControl'), values: supportedControls },
      { type: knownType('supportedFeatures'), values: supportedFeatures },
      { type: knownType('subschemaSubentry'), values: [subschemaDn] },
      { type: knownType('vendorName'), values: ['Kazasu'] },
    ],
  };
}
