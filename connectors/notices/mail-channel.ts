import { createTransport } from 'nodemailer';
import { Fault } from '../../idp/domain/fault.ts';
import type { SmtpServer } from '../../idp/domain/smtp-server.ts';
import type { NoticeChannel, NoticeDelivery, NoticeMessage } from '../../idp/ports/notices.ts';

const connectMs = 10_000;
const silenceMs = 30_000;

/**
 * Delivers notices by mail.
 * @param options.from an address, with a name where wanted: `Kazasu <kazasu@city.example>`.
 * @param options.ca further authorities for the server's certificate, in PEM.
 * @see RFC 5321 §4.2.1 (4yz: may go better later, 5yz: will not), RFC 2047 and RFC 2045 (what is not ASCII)
 */
export function createMailChannel(
  server: SmtpServer,
  options: { readonly from: string; readonly ca?: string },
): NoticeChannel {
  const { host, port, implicitTls, demandsStartTls, user, password } = server;
  const transport = createTransport({
    ...{ host, port, secure: implicitTls, requireTLS: demandsStartTls },
    ...(user === undefined || password === undefined ? {} : { auth: { user, pass: password } }),
    tls: {
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      // Where clear text would do, a certificate that nobody vouches for is no worse. @see RFC 7435 §3
      rejectUnauthorized: implicitTls || demandsStartTls,
    },
    ...{ connectionTimeout: connectMs, greetingTimeout: connectMs, socketTimeout: silenceMs },
    // What a notice says is text of ours; it never names a file or an address to fetch.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  return {
    name: 'mail',
    async deliver({ id, addresses, subject, text }: NoticeMessage): Promise<NoticeDelivery> {
      try {
        await transport.sendMail({
          from: options.from,
          to: addresses.map((address) => ({ name: '', address })),
          ...{ subject, text, messageId: `<${id}@kazasu.invalid>` },
          // So that no out-of-office reply comes back. @see RFC 3834 §5
          headers: { 'Auto-Submitted': 'auto-generated' },
          textEncoding: 'base64',
        });
        return { outcome: 'accepted' };
      } catch (error) {
        if (isRefusalOfRecipients(error)) return { outcome: 'refused' };
        throw new Fault('ERR_NOTICE_UNDELIVERED', `mail: ${said(error)}`, error);
      }
    },
  };
}

/** Every address was refused for good; a refused sender or password is ours to mend, and then goes better. */
function isRefusalOfRecipients(error: unknown): boolean {
  const { code, responseCode, command, rejectedErrors } = error as {
    readonly code?: string;
    readonly responseCode?: number;
    readonly command?: string;
    readonly rejectedErrors?: readonly { readonly responseCode?: number }[];
  };
  const isForGood = (answer = 0) => answer >= 500 && answer < 600;
  if (rejectedErrors !== undefined && rejectedErrors.length > 0) {
    return rejectedErrors.every((one) => isForGood(one.responseCode));
  }
  return code === 'EENVELOPE' && command === 'RCPT TO' && isForGood(responseCode);
}

/** A code and a number: what servers say in words repeats addresses. */
function said(error: unknown): string {
  const { code = 'failed', responseCode } = error as {
    readonly code?: string;
    readonly responseCode?: number;
  };
  return responseCode === undefined ? code : `${code} (${responseCode})`;
}
