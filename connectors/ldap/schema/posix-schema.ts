const integerSyntax = '1.3.6.1.4.1.1466.115.121.1.27';
const ia5String = '1.3.6.1.4.1.1466.115.121.1.26';
const integer = `EQUALITY integerMatch SYNTAX ${integerSyntax} SINGLE-VALUE`;
/** OpenLDAP orders them too, and its clients ask for ranges. */
const number = `EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX ${integerSyntax} SINGLE-VALUE`;
const exact = `EQUALITY caseExactIA5Match SYNTAX ${ia5String}`;
const arc = '1.3.6.1.1.1';

/** oid, names, the rest of the definition. @see RFC 2307 §3, draft-howard-rfc2307bis §3 */
export const posixAttributeRows: readonly (readonly [string, string, string])[] = [
  [`${arc}.1.0`, 'uidNumber', number],
  [`${arc}.1.1`, 'gidNumber', number],
  [
    `${arc}.1.2`,
    'gecos',
    `EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch SYNTAX ${ia5String} SINGLE-VALUE`,
  ],
  [`${arc}.1.3`, 'homeDirectory', `${exact} SINGLE-VALUE`],
  [`${arc}.1.4`, 'loginShell', `${exact} SINGLE-VALUE`],
  ...['shadowLastChange', 'shadowMin', 'shadowMax', 'shadowWarning', 'shadowInactive', 'shadowExpire'].map(
    (name, index) => [`${arc}.1.${5 + index}`, name, integer] as const,
  ),
  [`${arc}.1.11`, 'shadowFlag', integer],
  [`${arc}.1.12`, 'memberUid', exact],
];

/** `posixGroup` is auxiliary, as in RFC 2307bis: our groups are `groupOfNames` already, and an entry is one thing. */
export const posixObjectClasses: readonly string[] = [
  `( ${arc}.2.0 NAME 'posixAccount' SUP top AUXILIARY ` +
    'MUST ( cn $ uid $ uidNumber $ gidNumber $ homeDirectory ) MAY ( loginShell $ gecos $ description ) )',
  `( ${arc}.2.1 NAME 'shadowAccount' SUP top AUXILIARY MUST uid MAY ( description $ shadowLastChange $ shadowMin $ ` +
    'shadowMax $ shadowWarning $ shadowInactive $ shadowExpire $ shadowFlag ) )',
  `( ${arc}.2.2 NAME 'posixGroup' SUP top AUXILIARY MUST gidNumber MAY ( memberUid $ description ) )`,
];
