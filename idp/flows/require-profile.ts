import type { DeviceProfile } from '../domain/device-profile.ts';
import { InvalidInput } from '../domain/fault.ts';
import { profileProblems } from '../domain/profile-problems.ts';

/** @throws {InvalidInput} `ERR_PROFILE` with everything that does not fit together */
export function requireProfile(profile: DeviceProfile): void {
  const problems = profileProblems(profile);
  if (problems.length === 0) return;
  throw new InvalidInput('ERR_PROFILE', `This profile does not fit together: ${problems.join('; ')}.`);
}
