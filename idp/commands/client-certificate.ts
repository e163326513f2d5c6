import { Buffer } from 'node:buffer';
import { createHash, X509Certificate } from 'node:crypto';
import { InvalidInput } from '../domain/fault.ts';
import {
  type CertificateChange,
  changeClientCertificates,
  requireDevice,
} from '../flows/client-certificates.ts';
import { recordCommand, type Typed, text, word } from './command.ts';
import { readGivenFile } from './person.ts';

interface Input {
  readonly client: string;
  /** Absent: show them. */
  readonly change?: CertificateChange;
}

export const clientCertificate = recordCommand({
  name: 'client certificate',
  summary: 'show, add or remove the TLS client certificates a device may bind with (SASL EXTERNAL)',
  shape: (command) =>
    command
      .argument('<id>', 'name or id')
      .option('--add <file>', 'its certificate, PEM or DER; the key stays with the device')
      .option('--remove <sha256>', 'a fingerprint, or at least its first 8 digits; it holds at once'),
  read: async (typed): Promise<Input> => {
    const change = await readChange(typed);
    return { client: word(typed, 0), ...(change === undefined ? {} : { change }) };
  },
  run: async (context, { client, change }: Input, actor) => {
    const device =
      change === undefined
        ? requireDevice(context, client)
        : await changeClientCertificates(context, { client, change, actor });
    const { name, policy, certificateSha256s } = device;
    return { id: policy.clientId, name, certificates: certificateSha256s.map((sha256) => ({ sha256 })) };
  },
  text: ({ name, certificates }) =>
    certificates.length === 0
      ? `${name} binds by its password only: kazasu client certificate "${name}" --add FILE`
      : [
          `${name} may also bind by SASL EXTERNAL with the certificate of SHA-256`,
          ...certificates.map(({ sha256 }) => `  ${sha256}`),
        ].join('\n'),
});

/** The certificate is read where it was typed, and nothing but its hash goes on: the file may hold a key, too. */
async function readChange(typed: Typed): Promise<CertificateChange | undefined> {
  const [add, remove] = [text(typed, 'add'), text(typed, 'remove')];
  if (add !== undefined && remove !== undefined) {
    throw new InvalidInput('ERR_OPTION', 'One at a time: --add or --remove.');
  }
  if (remove !== undefined) return { remove: readFingerprint(remove) };
  return add === undefined ? undefined : { add: certificateSha256(await readGivenFile(add)) };
}

/** @throws {InvalidInput} `ERR_CERTIFICATE` */
function certificateSha256(octets: Uint8Array): string {
  try {
    return createHash('sha256')
      .update(new X509Certificate(Buffer.from(octets)).raw)
      .digest('hex');
  } catch (cause) {
    throw new InvalidInput('ERR_CERTIFICATE', 'The file holds no certificate, PEM or DER.', cause);
  }
}

function readFingerprint(typed: string): string {
  const digits = typed.replaceAll(':', '').toLowerCase();
  if (/^[0-9a-f]{8,64}$/.test(digits)) return digits;
  throw new InvalidInput(
    'ERR_OPTION',
    '--remove is a SHA-256 fingerprint in hex, or at least its first 8 digits.',
  );
}
