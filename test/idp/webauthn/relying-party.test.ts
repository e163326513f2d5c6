import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonId } from '../../../idp/domain/person.ts';
import { readPasskeyMakers } from '../../../idp/storage/passkey-makers.ts';
import { createWebAuthn } from '../../../idp/webauthn/relying-party.ts';
import { type OpensslDesk, openDesk } from '../../support/openssl.ts';
import { SoftwarePasskey, type Whims } from '../../support/software-authenticator.ts';

const issuer = 'https://id.example.jp';
const person = { personId: 'person-1' as PersonId, uid: 'hanako', displayName: '山田花子' };

let openssl: OpensslDesk;
let key: KeyObject;
let leaf: Buffer;
let maker: string;
let stranger: string;

beforeAll(() => {
  openssl = openDesk();
  maker = root('maker');
  stranger = root('stranger');
  openssl.run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'leaf.key');
  const subject = '/C=JP/O=Maker/OU=Authenticator Attestation/CN=Maker EE';
  openssl.run('req', '-new', '-key', 'leaf.key', '-subj', subject, '-out', 'leaf.csr');
  writeFileSync(openssl.path('leaf.ext'), 'basicConstraints=critical,CA:FALSE\n');
  const by = ['-CA', 'maker.pem', '-CAkey', 'maker.key', '-CAcreateserial', '-extfile', 'leaf.ext'];
  openssl.run('x509', '-req', '-in', 'leaf.csr', ...by, '-days', '30', '-out', 'leaf.pem');
  leaf = new X509Certificate(readFileSync(openssl.path('leaf.pem'))).raw;
  key = createPrivateKey(readFileSync(openssl.path('leaf.key')));
});
afterAll(() => openssl.remove());

function root(name: string): string {
  openssl.run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
  const self = ['-x509', '-key', `${name}.key`, '-subj', `/C=JP/O=${name}/CN=${name} root`, '-days', '30'];
  openssl.run('req', ...self, '-addext', 'basicConstraints=critical,CA:TRUE', '-out', `${name}.pem`);
  return readFileSync(openssl.path(`${name}.pem`), 'utf8');
}

async function made(makers: readonly string[], whims: Whims = {}, synced = false) {
  const webauthn = createWebAuthn(issuer, makers);
  const options = await webauthn.creationOptions({ challenge: 'c', person, known: [] });
  return webauthn.verifyCreation(new SoftwarePasskey(issuer, { synced }).create(options, whims));
}

describe('a maker vouches for an authenticator', () => {
  it('where its certificate leads to one that the administrator trusts', async () => {
    expect(await made([maker], { maker: { key, certificates: [leaf] } })).toMatchObject({
      attested: true,
      deviceBound: true,
    });
  });

  it('and nobody else: without one, a stranger’s, or with no trust at all it is made all the same, but not attested', async () => {
    expect(await made([maker])).toMatchObject({ attested: false });
    expect(await made([stranger], { maker: { key, certificates: [leaf] } })).toMatchObject({
      attested: false,
    });
    expect(await made([], { maker: { key, certificates: [leaf] } })).toMatchObject({ attested: false });
  });

  it('not with a statement that another key signed', async () => {
    const other = createPrivateKey(readFileSync(openssl.path('stranger.key')));
    expect(await made([maker], { maker: { key: other, certificates: [leaf] } })).toBeUndefined();
  });
});

describe('the options of a new passkey', () => {
  it('ask for user verification, for one that is found without a name, and for a maker’s word only where it counts', async () => {
    const options = await createWebAuthn(issuer).creationOptions({ challenge: 'c', person, known: [] });
    expect(options).toMatchObject({
      rp: { id: 'id.example.jp' },
      user: { id: Buffer.from('person-1').toString('base64url'), name: 'hanako' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    const asked = await createWebAuthn(issuer, [maker]).creationOptions({
      challenge: 'c',
      person,
      known: [],
    });
    expect(asked).toMatchObject({ attestation: 'direct' });
  });
});

describe('the makers whom an administrator trusts', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'kazasu-makers-'));
  });
  afterAll(() => rmSync(dataDir, { recursive: true }));

  it('are the files of a directory, which need not be there', () => {
    expect(readPasskeyMakers(dataDir)).toEqual([]);
    mkdirSync(join(dataDir, 'passkey-makers'));
    writeFileSync(join(dataDir, 'passkey-makers', 'maker.pem'), maker);
    writeFileSync(join(dataDir, 'passkey-makers', 'stranger.der'), new X509Certificate(stranger).raw);
    expect(readPasskeyMakers(dataDir)).toHaveLength(2);
  });

  it.each(['no certificate', 'a leaf'])('are refused by name where one is %s', (what) => {
    const path = join(dataDir, 'passkey-makers', 'wrong.pem');
    writeFileSync(path, what === 'a leaf' ? leaf : what);
    expect(() => readPasskeyMakers(dataDir)).toThrow(/wrong\.pem is no CA certificate/);
    rmSync(path);
  });
});
