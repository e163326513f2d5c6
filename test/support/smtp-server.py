"""A mail server for tests, on loopback: prints what it took as JSON, one line a message, read by Python's own mail library."""

import argparse
import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    def __init__(self, options):
        self.options = options

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in self.options.reject:
            return '550 5.1.1 no such mailbox'
        if address in self.options.defer:
            return '451 4.7.1 try again later'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        taken = {
            'from': envelope.mail_from,
            'to': envelope.rcpt_tos,
            'headers': {name: str(value) for name, value in message.items()},
            'text': message.get_content(),
            'ascii': envelope.content.isascii(),
            'tls': session.ssl is not None,
            'user': session.auth_data.decode() if session.authenticated else None,
        }
        print(json.dumps(taken), flush=True)
        return '250 OK'


def authenticator(credentials):
    def check(server, session, envelope, mechanism, data):
        user, password = data.login.decode(), data.password.decode()
        good = f'{user}:{password}' == credentials
        # Not handled: the server itself answers 535.
        return AuthResult(success=good, handled=good, auth_data=data.login if good else None)

    return check


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--port', type=int, default=0)
    parser.add_argument('--cert')
    parser.add_argument('--key')
    parser.add_argument('--implicit-tls', action='store_true')
    parser.add_argument('--auth')
    parser.add_argument('--reject', action='append', default=[])
    parser.add_argument('--defer', action='append', default=[])
    options = parser.parse_args()
    context = None
    if options.cert:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.cert, options.key)
    starttls = context is not None and not options.implicit_tls
    arguments = {'hostname': 'mail.test', 'enable_SMTPUTF8': False}
    if starttls:
        arguments |= {'tls_context': context, 'require_starttls': True}
    if options.auth:
        arguments |= {
            'authenticator': authenticator(options.auth),
            'auth_required': True,
            'auth_require_tls': starttls,
        }
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Handler(options), **arguments),
        '127.0.0.1',
        options.port,
        ssl=context if options.implicit_tls else None,
    )
    print(json.dumps({'port': server.sockets[0].getsockname()[1]}), flush=True)
    # Ends with the test that started it, however that ended.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
