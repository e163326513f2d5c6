import { describe, expect, it } from 'vitest';
import { readConfig } from '../../idp/config.ts';
import { InvalidInput } from '../../idp/domain/fault.ts';

const noFile = '/nonexistent/.env';
const problemsOf = (environment: { [name: string]: string }): string => {
  try {
    readConfig(environment, noFile);
  } catch (error) {
    if (error instanceof InvalidInput && error.code === 'ERR_CONFIGURATION') return error.message;
    throw error;
  }
  return '';
};

describe('configuration', () => {
  it('needs nothing', () => {
    const config = readConfig({}, noFile);
    expect(config.issuer).toBe('http://localhost:3000');
    expect(config).toMatchObject({
      port: 3000,
      ldapPort: 1389,
      ldapsPort: 1636,
      ldapBaseDn: 'dc=example,dc=jp',
    });
    expect(config).toMatchObject({ jpkiAnchors: '', jpkiAllowTestCa: false, crlSources: [] });
  });

  it('has its issuer where it listens, unless told otherwise', () => {
    expect(readConfig({ KAZASU_PORT: '8080' }, noFile).issuer).toBe('http://localhost:8080');
    const proxied = { KAZASU_PORT: '8080', KAZASU_ISSUER: 'https://idp.city.example' };
    expect(readConfig(proxied, noFile).issuer).toBe('https://idp.city.example');
  });

  it('names every problem at once', () => {
    const message = problemsOf({
      KAZASU_ISSUER: 'http://idp.city.example',
      KAZASU_PORT: 'eighty',
      KAZASU_CRL_SOURCES: 'gopher://lists',
      KAZASU_JPKI_ANCHORS: '/nonexistent/anchors',
      KAZASU_COLOUR: 'red',
    });
    for (const name of ['ISSUER', 'PORT', 'CRL_SOURCES', 'JPKI_ANCHORS', 'COLOUR']) {
      expect(message).toContain(`KAZASU_${name}:`);
    }
  });

  it('takes the header of client certificates with or without a file of their authorities', () => {
    const read = (text: string) =>
      readConfig({ KAZASU_CLIENT_CERTIFICATES: text }, noFile).clientCertificates;
    expect(read('')).toBeUndefined();
    expect(read('client-cert')).toEqual({ header: 'client-cert', authorities: [] });
    for (const wrong of ['client cert', 'x:/nonexistent/ca.pem', `x:${import.meta.filename}`]) {
      expect(problemsOf({ KAZASU_CLIENT_CERTIFICATES: wrong })).toContain('KAZASU_CLIENT_CERTIFICATES:');
    }
  });

  it.each([
    ['plain http beyond loopback', 'http://192.0.2.1:3000'],
    ['a name that only begins like loopback', 'http://localhost.example:3000'],
    ['a query', 'https://idp.example/?x=1'],
    ['a user', 'https://admin@idp.example'],
    ['no URL', 'idp.example'],
  ])('refuses an issuer with %s', (_what, issuer) => {
    expect(problemsOf({ KAZASU_ISSUER: issuer })).toContain('KAZASU_ISSUER');
  });

  it('takes https anywhere and http on loopback', () => {
    for (const issuer of ['https://idp.city.example', 'http://127.0.0.1:8080', 'http://[::1]:3000']) {
      expect(readConfig({ KAZASU_ISSUER: issuer }, noFile).issuer).toBe(issuer);
    }
  });

  it('never allows test authorities to a real issuer', () => {
    const real = { KAZASU_ISSUER: 'https://idp.city.example', KAZASU_JPKI_ALLOW_TEST_CA: 'true' };
    expect(problemsOf(real)).toContain('KAZASU_JPKI_ALLOW_TEST_CA');
    expect(readConfig({ KAZASU_JPKI_ALLOW_TEST_CA: 'true' }, noFile).jpkiAllowTestCa).toBe(true);
  });

  it('lets lists without a distribution point count only where it is said', () => {
    expect(readConfig({}, noFile).crlWithoutDistributionPoint).toBe(false);
    const said = { KAZASU_CRL_WITHOUT_DISTRIBUTION_POINT: 'true' };
    expect(readConfig(said, noFile).crlWithoutDistributionPoint).toBe(true);
    expect(problemsOf({ KAZASU_CRL_WITHOUT_DISTRIBUTION_POINT: 'perhaps' })).toContain('true or false');
  });

  it('fetches lists at half past five unless told otherwise, or not at all', () => {
    const usual = { crlDailyAt: 5 * 60 + 30, crlSpreadMinutes: 60, crlAlarmHours: 12 };
    expect(readConfig({}, noFile)).toMatchObject(usual);
    expect(readConfig({ KAZASU_CRL_DAILY_AT: '23:59' }, noFile).crlDailyAt).toBe(1_439);
    expect(readConfig({ KAZASU_CRL_DAILY_AT: 'off' }, noFile).crlDailyAt).toBe('off');
  });

  it.each([
    ['CRL_DAILY_AT', '24:00'],
    ['CRL_DAILY_AT', '5:30'],
    ['CRL_DAILY_AT', 'never'],
    ['CRL_SPREAD_MINUTES', '-1'],
    ['CRL_SPREAD_MINUTES', '721'],
    ['CRL_ALARM_HOURS', '0'],
    ['CRL_ALARM_HOURS', '1.5'],
  ])('refuses %s=%s', (name, value) => {
    expect(problemsOf({ [`KAZASU_${name}`]: value })).toContain(`KAZASU_${name}:`);
  });

  it('asks JPKI’s own responder, by POST, with a nonce, unless told otherwise', () => {
    expect(readConfig({}, noFile)).toMatchObject({
      ocspHosts: ['ocspauthnorm.jpki.go.jp'],
      ocspMethod: 'post',
      ocspNonce: 'preferred',
      ocspNocheck: 'required',
      httpProxy: '',
    });
    const told = {
      KAZASU_OCSP_HOSTS: 'OCSP.lg.example, ocsp.example:8080',
      KAZASU_OCSP_METHOD: 'get',
      KAZASU_OCSP_NONCE: 'off',
      KAZASU_OCSP_NOCHECK: 'optional',
      KAZASU_HTTP_PROXY: 'http://staff:p%40ss@proxy.example:8080',
    };
    expect(readConfig(told, noFile)).toMatchObject({
      ocspHosts: ['ocsp.lg.example', 'ocsp.example:8080'],
      ocspMethod: 'get',
      ocspNonce: 'off',
      ocspNocheck: 'optional',
      httpProxy: told.KAZASU_HTTP_PROXY,
    });
  });

  it.each([
    ['KAZASU_OCSP_HOSTS', 'http://ocsp.example'],
    ['KAZASU_OCSP_HOSTS', 'ocsp.example/status'],
    ['KAZASU_OCSP_HOSTS', 'staff@ocsp.example'],
    ['KAZASU_OCSP_HOSTS', 'ocsp.example:80'],
    ['KAZASU_OCSP_METHOD', 'PUT'],
    ['KAZASU_OCSP_NONCE', 'sometimes'],
    ['KAZASU_OCSP_NOCHECK', 'off'],
    ['KAZASU_HTTP_PROXY', 'proxy.example:8080'],
    ['KAZASU_HTTP_PROXY', 'https://proxy.example:8080'],
    ['KAZASU_HTTP_PROXY', 'socks5://proxy.example:1080'],
    ['KAZASU_HTTP_PROXY', 'http://proxy.example:8080/path'],
  ])('refuses %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toContain(`${name}: is `);
  });

  it.each(['http://staff:se%cret@proxy.example', 'http://staff:se#cret@proxy.example', 'staff:secret@proxy'])(
    'refuses a proxy without repeating its password: %s',
    (proxy) => {
      const message = problemsOf({ KAZASU_HTTP_PROXY: proxy });
      expect(message).toContain('KAZASU_HTTP_PROXY: is http://');
      expect(message).not.toMatch(/se.?cret|staff/);
    },
  );

  it('reads for how long a signing key is in each state', () => {
    const day = 24 * 3_600;
    const usual = { publishSeconds: day, useSeconds: 90 * day, retireSeconds: 15 * day };
    expect(readConfig({}, noFile).signingKeyPlan).toEqual(usual);
    const config = readConfig(
      {
        KAZASU_SIGNING_KEY_PUBLISH_HOURS: '1',
        KAZASU_SIGNING_KEY_DAYS: '30',
        KAZASU_SIGNING_KEY_RETIRE_DAYS: '20',
      },
      noFile,
    );
    expect(config.signingKeyPlan).toEqual({
      publishSeconds: 3_600,
      useSeconds: 30 * day,
      retireSeconds: 20 * day,
    });
    expect(() => readConfig({ KAZASU_SIGNING_KEY_DAYS: '0' }, noFile)).toThrow(/KAZASU_SIGNING_KEY_DAYS/);
  });

  it('reads where mail goes', () => {
    const config = readConfig(
      {
        KAZASU_SMTP_URL: 'smtp://kazasu:p%40ss@mail.city.example',
        KAZASU_MAIL_FROM: 'カードリーダー <kazasu@city.example>',
        KAZASU_ALARM_MAIL: 'ops@city.example, night@city.example',
        KAZASU_CARD_OVERLAP_DAYS: '0',
      },
      noFile,
    );
    expect(config).toMatchObject({
      smtpServer: {
        host: 'mail.city.example',
        port: 587,
        demandsStartTls: true,
        user: 'kazasu',
        password: 'p@ss',
      },
      alarmMail: ['ops@city.example', 'night@city.example'],
      cardOverlapDays: 0,
    });
    expect(readConfig({}, noFile)).toMatchObject({ alarmMail: [], cardOverlapDays: 14 });
    expect(readConfig({}, noFile).smtpServer).toBeUndefined();
  });

  it.each<[string, string, { [name: string]: string }]>([
    ['a mail server without a sender', 'KAZASU_MAIL_FROM', { KAZASU_SMTP_URL: 'smtp://mail.example' }],
    ['alarms without a mail server', 'KAZASU_ALARM_MAIL', { KAZASU_ALARM_MAIL: 'ops@city.example' }],
    ['a sender that is no address', 'KAZASU_MAIL_FROM', { KAZASU_MAIL_FROM: 'Kazasu' }],
    [
      'two header lines for a sender',
      'KAZASU_MAIL_FROM',
      { KAZASU_MAIL_FROM: 'a\r\nBcc: b <a@city.example>' },
    ],
    ['an alarm address that is none', 'KAZASU_ALARM_MAIL', { KAZASU_ALARM_MAIL: 'ops' }],
    ['a web server for mail', 'KAZASU_SMTP_URL', { KAZASU_SMTP_URL: 'https://mail.example' }],
    ['a user without a password', 'KAZASU_SMTP_URL', { KAZASU_SMTP_URL: 'smtp://user@mail.example' }],
    ['STARTTLS as it pleases', 'KAZASU_SMTP_URL', { KAZASU_SMTP_URL: 'smtp://mail.example?starttls=never' }],
    ['an overlap of half a day', 'KAZASU_CARD_OVERLAP_DAYS', { KAZASU_CARD_OVERLAP_DAYS: '0.5' }],
  ])('refuses %s', (_what, name, environment) => {
    const message = problemsOf(environment);
    expect(message).toContain(`${name}:`);
    expect(message).not.toContain('user@');
  });

  it.each([
    ['smtp://127.0.0.1:2525', { port: 2525, implicitTls: false, demandsStartTls: false }],
    ['smtp://localhost', { host: 'localhost', demandsStartTls: false }],
    ['smtp://mail.example?starttls=optional', { port: 587, demandsStartTls: false }],
    ['smtps://mail.example', { port: 465, implicitTls: true }],
  ])('reads the mail server %s', (url, server) => {
    const config = readConfig({ KAZASU_SMTP_URL: url, KAZASU_MAIL_FROM: 'a@b.example' }, noFile);
    expect(config.smtpServer).toMatchObject(server);
  });

  it('takes a certificate only with its key', () => {
    expect(problemsOf({ KAZASU_TLS_CERT: import.meta.filename })).toContain(
      'KAZASU_TLS_CERT and KAZASU_TLS_KEY',
    );
  });
});

describe('the directory for passwords', () => {
  const userDn = 'uid={uid},ou=people,dc=example,dc=jp';

  it.each([
    ['ldap://127.0.0.1:3389', undefined, false],
    ['ldap://dc1.city.example', undefined, true],
    ['ldap://dc1.city.example', 'false', false],
    ['ldap://127.0.0.1:3389', 'true', true],
    ['ldaps://dc1.city.example', undefined, false],
  ])('%s with StartTLS %s → %s: passwords go in clear only where somebody said so', (url, said, startTls) => {
    const config = readConfig(
      {
        ...{ KAZASU_DIRECTORY_URL: url, KAZASU_DIRECTORY_USER_DN: userDn },
        ...(said === undefined ? {} : { KAZASU_DIRECTORY_START_TLS: said }),
      },
      noFile,
    );
    expect(config).toMatchObject({ directoryUrl: url, directoryUserDn: userDn, directoryStartTls: startTls });
  });

  it.each([
    ['without names', { KAZASU_DIRECTORY_URL: 'ldap://127.0.0.1' }],
    ['names without it', { KAZASU_DIRECTORY_USER_DN: userDn }],
    ['over HTTP', { KAZASU_DIRECTORY_URL: 'http://x.example', KAZASU_DIRECTORY_USER_DN: userDn }],
    [
      'with one name for all',
      { KAZASU_DIRECTORY_URL: 'ldap://x.example', KAZASU_DIRECTORY_USER_DN: 'cn=all' },
    ],
    ['with no authority', { KAZASU_DIRECTORY_CA: '/nonexistent/ca.pem' }],
  ])('is not taken %s', (_, environment) => {
    expect(problemsOf(environment)).toContain('KAZASU_DIRECTORY_');
  });
});
