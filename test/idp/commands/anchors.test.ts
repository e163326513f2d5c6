import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noFiles } from '../../../idp/commands/command.ts';
import { recordCommands } from '../../../idp/commands/registry.ts';
import { CertificationAuthority } from '../../../idp/demo/authority/certification-authority.ts';
import { digitalSignatureIssuer, type NameParts } from '../../../idp/demo/authority/names.ts';
import { createTestPki, type TestPki } from '../../support/test-pki.ts';
import { admin } from '../flows/world/people-and-places.ts';
import { createWorld, type World } from '../flows/world/world.ts';

let pki: TestPki;
let world: World;

beforeAll(async () => {
  pki = await createTestPki();
});
beforeEach(async () => {
  world = await createWorld(pki);
});
afterEach(() => world.close());

interface Shown {
  readonly text: string;
  readonly output: { readonly fingerprint: string };
}

async function run(name: string, input: unknown = {}): Promise<Shown> {
  const command = recordCommands.find((candidate) => candidate.name === name);
  if (command === undefined) throw new Error(`no command ${name}`);
  const output = await command.run(world.context, input, admin, () => undefined, noFiles());
  return { output: output as Shown['output'], text: command.text(output) };
}

/** Another authority, with a key that no other one has here. */
const fileOf = (name: NameParts): string =>
  Buffer.from(
    new CertificationAuthority({
      keyPair: pki.holder,
      name,
      notBefore: pki.now - 86_400_000,
      serialNumber: 7,
      firstSerialNumber: 1,
    }).certificate,
  ).toString('base64');

const add = (certificate: string, sha256?: string) =>
  run('anchors add', { file: 'the ca.cer', certificate, ...(sha256 === undefined ? {} : { sha256 }) });

const warning = /^! .*ANOTHER AUTHORITY than JPKI for user authentication/m;

describe('an authority that is none of JPKI user authentication', () => {
  it('is said to be another one before it is trusted, when it is, and for as long as it is', async () => {
    const file = fileOf(digitalSignatureIssuer('JPKI-TEST'));
    const preview = await add(file);
    expect(preview.text).toMatch(warning);
    expect(preview.text).toContain("anchors add 'the ca.cer' --sha256");
    const { text } = await add(file, preview.output.fingerprint);
    expect(text).toMatch(warning);
    expect(text).toContain('(OU=JPKI for digital signature,O=JPKI-TEST) is trusted from now on, until ');
    expect((await run('anchors list')).text).toMatch(warning);
  });

  it('cannot write lines of its own into what an operator compares', async () => {
    const { text } = await add(fileOf([['CN', 'CA\n  SHA-256      0000']]));
    expect(text).not.toMatch(/^ {2}SHA-256 {6}0000/m);
  });
});

describe('the list of anchors', () => {
  it('names the subject of each, and warns of none that is the right one', async () => {
    const { text } = await run('anchors list');
    expect(text.split('\n')[0]).toContain('SUBJECT');
    expect(text.match(/OU=JPKI for user authentication,O=JPKI-TEST/g)).toHaveLength(2);
    expect(text).not.toMatch(warning);
  });
});
