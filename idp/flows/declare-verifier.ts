import { InvalidInput } from '../domain/fault.ts';
import type { Organization } from '../domain/person.ts';
import type { Actor } from '../domain/registration.ts';
import type { FlowContext } from './context.ts';
import { changeAndPublish } from './publish-cards.ts';
import { requireOrganization } from './require.ts';

/**
 * The operator declares that an organisation is a notified verifier (JPKI Act art. 36): PIN-less use of My Number Cards
 * is refused to it before that.
 * @throws {InvalidInput} `ERR_ORGANIZATION_UNKNOWN`, `ERR_BASIS`.
 */
export async function declareVerifier(
  context: Pick<FlowContext, 'record' | 'cardIndex' | 'clock'>,
  { organization: name, basis, actor }: { organization: string; basis: string; actor: Actor },
): Promise<Organization> {
  if (basis.trim() === '' || basis.length > 500) {
    throw new InvalidInput(
      'ERR_BASIS',
      'Say in up to 500 characters on what basis, e.g. date and number of the notification.',
    );
  }
  return changeAndPublish(context, async (tables) => {
    const organization = await requireOrganization(tables, name);
    const { organizationId } = organization;
    await tables.organizations.declareVerifier(organizationId, basis);
    const type = 'organization.declared-verifier';
    await tables.audit.append({
      at: context.clock.now(),
      type,
      actor,
      subject: organizationId,
      details: { basis },
    });
    return { ...organization, verifierBasis: basis };
  });
}
