import type { PersonId } from '../domain/person.ts';
import type { SystemRecord } from '../ports/system-record.ts';

/**
 * Whom a client asks for, by name or mail; a hint that names nobody, or several, asks for nobody.
 * @see OpenID Connect Core §3.1.2.1 (`login_hint`)
 */
export async function personAskedFor(
  { people }: { readonly people: Pick<SystemRecord['people'], 'findBy'> },
  hint: unknown,
): Promise<PersonId | undefined> {
  if (typeof hint !== 'string' || hint === '') return undefined;
  const byName = await people.findBy('uid', hint, 2);
  const found = byName.length > 0 ? byName : await people.findBy('mail', hint, 2);
  return found.length === 1 ? found[0]?.personId : undefined;
}
