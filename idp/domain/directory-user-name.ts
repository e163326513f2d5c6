import type { ReleasedPerson } from './person.ts';

/** How people are named when they bind at the directory above: `uid={uid},ou=people,dc=example,dc=jp`, `{uid}@example.local`. */
export type UserNameTemplate = string & { readonly __brand: 'UserNameTemplate' };

const placeholders = ['uid', 'mail', 'employeeNumber'] as const;
const placeholder = /\{([^{}]*)\}/g;

/** @throws {TypeError} when it names nobody, or something that a person does not have. */
export function parseUserNameTemplate(text: string): UserNameTemplate {
  const named = [...text.matchAll(placeholder)].map(([, name]) => name);
  const known = named.every((name) => (placeholders as readonly (string | undefined)[]).includes(name));
  const rest = text.replace(placeholder, '');
  // A bare {uid} is no name that a directory takes, and could be the name of a SASL mechanism.
  const isName = rest.trim() !== '' || text === '{mail}';
  if (named.length === 0 || !known || !isName || /[{}]/.test(rest)) {
    throw new TypeError(
      'names people like uid={uid},ou=people,dc=example,dc=jp or {uid}@example.local; there are {uid}, {mail} and {employeeNumber}',
    );
  }
  return text as UserNameTemplate;
}

/**
 * The name to bind with; `undefined` where the template asks for something that this person does not have.
 * @see RFC 4514 §2.4 for what is escaped where the template is a DN
 */
export function userNameOf(
  template: UserNameTemplate,
  person: Pick<ReleasedPerson, 'uid' | 'mail' | 'employeeNumber'>,
): string | undefined {
  const isDn = /^\s*[a-z][a-z0-9.-]*\s*=/i.test(template);
  let isWhole = true;
  const name = template.replace(placeholder, (_, key: string) => {
    const value = person[placeholders.find((known) => known === key) ?? 'uid'];
    if (value === undefined || value === '') isWhole = false;
    return isDn ? escaped(value ?? '') : (value ?? '');
  });
  return isWhole ? name : undefined;
}

/** Any octet may be written as a hex pair: so nothing but letters, digits and what stands in addresses stays as it is. */
function escaped(value: string): string {
  return value.replace(/[^\p{L}\p{N}@._-]/gu, (character) =>
    [...new TextEncoder().encode(character)]
      .map((octet) => `\\${octet.toString(16).padStart(2, '0')}`)
      .join(''),
  );
}
