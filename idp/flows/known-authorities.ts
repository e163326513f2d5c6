/** Where J-LIS publishes the fingerprints of its authorities: what an operator compares with. */
export const fingerprintsPublishedAt = 'https://www.jpki.go.jp/ca/';

/** Authorities for user authentication by SHA-256: the file's name at J-LIS. A help in comparing, never a reason to trust. */
const known: { readonly [fingerprint: string]: string } = {
  '0D98DE47FC11B7F67126874B7028B6026A803D2638D6EDFE53176953961FADE6': 'authca02',
  '64114F29620C24ED2631D46476A040E7EE740D956089C00B036A6A8118C322B5': 'authca03',
};

/** What this version knows a CA certificate as. */
export function knownAuthority(fingerprint: string): string | undefined {
  return Object.hasOwn(known, fingerprint) ? known[fingerprint] : undefined;
}
