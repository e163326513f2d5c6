import {
  createDirectoryPasswords,
  type DirectoryOptions,
  reachDirectory,
} from '../connectors/directory/directory-passwords.ts';
import type { Config } from './config.ts';
import type { DirectoryPasswords } from './ports/directory-passwords.ts';

type DirectoryConfig = Pick<Config, 'directoryUrl' | 'directoryUserDn' | 'directoryCa' | 'directoryStartTls'>;

/** The directory above that is asked about people's passwords, where one is configured. */
export function openDirectory(config: DirectoryConfig): DirectoryPasswords | undefined {
  const options = directoryOptions(config);
  return options && createDirectoryPasswords(options);
}

/** For the doctor: asks it, as nobody, for its root. `undefined` where none is configured. @throws {Fault} */
export async function reachConfiguredDirectory(config: DirectoryConfig): Promise<string | undefined> {
  const options = directoryOptions(config);
  if (options === undefined) return undefined;
  await reachDirectory(options);
  const isPlain = options.url.startsWith('ldap:') && !options.startTls;
  return `${options.url} answers${isPlain ? ', in clear' : ' over TLS'}`;
}

function directoryOptions(config: DirectoryConfig): DirectoryOptions | undefined {
  const { directoryUrl, directoryUserDn, directoryCa, directoryStartTls } = config;
  if (directoryUrl === '' || directoryUserDn === undefined) return undefined;
  const startTls = directoryStartTls && directoryUrl.startsWith('ldap:');
  return { url: directoryUrl, startTls, userName: directoryUserDn, caFile: directoryCa };
}
