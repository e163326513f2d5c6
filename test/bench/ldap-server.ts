import { pathToFileURL } from 'node:url';
import type { BenchDirectoryModule } from './ldap-directory.ts';

/** `ldap-server.ts FACTORY.ts PEOPLE`: starts the directory of that module, says where it is, and lives until killed. */
const [factory = '', people = '10000'] = process.argv.slice(2);
const module: BenchDirectoryModule = await import(pathToFileURL(factory).href);
console.log(JSON.stringify(await module.startBenchDirectory(Number(people))));
