import { foldText } from '../../../idp/domain/fold-text.ts';
import type { SearchScope } from '../codec/request.ts';
import { type ContainerName, containerNames, type Place } from '../tree.ts';

/** Whether entries right below a container are in the scope of a search at all. */
export function reaches(place: Place, scope: SearchScope, container: ContainerName): boolean {
  if (place.kind === 'base') return scope === 'sub' || scope === 'children';
  if (place.kind === 'container') return place.name === container && scope !== 'base';
  if (scope === 'one' || scope === 'children') return false;
  return container === 'people' ? place.kind === 'person' : container === 'groups' && place.kind === 'group';
}

/** The one entry that a search can only mean, when its base is a leaf. */
export function namedLeaf(place: Place): string | undefined {
  if (place.kind === 'person') return place.uid;
  return place.kind === 'group' ? place.cn : undefined;
}

/** Whether the entry of this name is in the scope of a search that `reaches` its container. */
export function reachesLeaf(place: Place, name: string): boolean {
  const leaf = namedLeaf(place);
  return leaf === undefined || foldText(leaf) === foldText(name);
}

/** Indexes into the container entries: 0 is the base entry itself. */
export function containersInScope(place: Place, scope: SearchScope): readonly number[] {
  if (place.kind === 'container') {
    return scope === 'base' || scope === 'sub' ? [1 + containerNames.indexOf(place.name)] : [];
  }
  if (place.kind !== 'base') return [];
  const below = containerNames.map((_, index) => index + 1);
  if (scope === 'base') return [0];
  return scope === 'sub' ? [0, ...below] : below;
}
