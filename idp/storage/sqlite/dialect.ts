import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import type { FaultCode } from '../../domain/fault.ts';
import { beginImmediate, rollBack } from './connection.ts';
import { faultOf, orFault } from './faults.ts';

const maxCachedStatements = 500;

/** Kysely over `node:sqlite`: everything that SQLite throws comes out as a fault with the given code. */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #connection: DatabaseSync;
  readonly #database: SqliteDatabase;
  readonly #code: FaultCode;

  constructor(connection: DatabaseSync, code: FaultCode) {
    const database = kyselyDatabase(connection, code);
    super({ database });
    this.#connection = connection;
    this.#database = database;
    this.#code = code;
  }

  override createDriver(): Driver {
    return new NodeSqliteDriver(this.#connection, this.#database, this.#code);
  }

  override createAdapter(): DialectAdapter {
    return new TransactionalDdlAdapter();
  }
}

class NodeSqliteDriver extends SqliteDriver {
  readonly #connection: DatabaseSync;
  readonly #code: FaultCode;

  constructor(connection: DatabaseSync, database: SqliteDatabase, code: FaultCode) {
    super({ database });
    this.#connection = connection;
    this.#code = code;
  }

  override async beginTransaction(_connection: DatabaseConnection): Promise<void> {
    try {
      await beginImmediate(this.#connection);
    } catch (error) {
      throw faultOf(error, this.#code);
    }
  }

  override async rollbackTransaction(_connection: DatabaseConnection): Promise<void> {
    rollBack(this.#connection);
  }
}

/** SQLite can undo DDL; without this a migration that fails stays half applied. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function kyselyDatabase(connection: DatabaseSync, code: FaultCode): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    // Whoever opened the connection closes it: raw statements share it.
    close: () => statements.clear(),
    prepare(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      if (statements.size >= maxCachedStatements) statements.clear();
      const statement = orFault(code, () => kyselyStatement(connection.prepare(sql), code));
      statements.set(sql, statement);
      return statement;
    },
  };
}

function kyselyStatement(statement: StatementSync, code: FaultCode): SqliteStatement {
  // Kysely hands over what our typed schema allowed, so that each value is one SQLite takes.
  const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => orFault(code, () => statement.all(...values(parameters))),
    run: (parameters) => orFault(code, () => statement.run(...values(parameters))),
    iterate: (parameters) => orFault(code, () => statement.iterate(...values(parameters))),
  };
}
