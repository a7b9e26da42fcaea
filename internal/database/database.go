// Package database opens the one store the application keeps its truth in,
// PostgreSQL in production and SQLite to try things out, brings its schema up to
// date, and holds the few statements in which the two differ.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"
	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"tidings/ent"
	_ "tidings/ent/runtime" // the schema's hooks and interceptors
)

// DB is an open store: ent for entities, SQL for the bulk statements of the
// sending path. Inside a transaction use that transaction only; on SQLite a
// second connection would wait for it.
type DB struct {
	Ent     *ent.Client
	SQL     *sql.DB
	Dialect string

	prepared   sync.Map // statement by text
	partitions sync.Map // months whose partition of events is known to be there
}

// sqliteParams are proven settings: WAL, immediate transactions (deferred ones
// fail with "locked" under concurrency), times as sortable UTC text.
const sqliteParams = "?_foreign_keys=1&_journal_mode=WAL&_synchronous=NORMAL&_busy_timeout=10000&_txlock=immediate" +
	"&_time_format=sqlite&_timezone=UTC&_texttotime=1"

// Open connects to the PostgreSQL at rawURL, or, when that is empty, to the
// SQLite file tidings.db in dataDir, which it creates.
func Open(ctx context.Context, rawURL, dataDir string) (*DB, error) {
	if rawURL == "" {
		if err := os.MkdirAll(dataDir, 0o750); err != nil {
			return nil, fmt.Errorf("make data directory: %w", err)
		}
		return OpenSQLite(ctx, filepath.Join(dataDir, "tidings.db"))
	}
	return OpenPostgres(ctx, rawURL, 40)
}

// OpenPostgres connects with at most conns connections. sslmode must be in the
// URL where the server wants something else than lib/pq's default, "require".
func OpenPostgres(ctx context.Context, rawURL string, conns int) (*DB, error) {
	db, err := sql.Open("postgres", rawURL)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", redact(err, rawURL))
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return finish(ctx, db, dialect.Postgres, rawURL)
}

// OpenSQLite opens or creates a file.
func OpenSQLite(ctx context.Context, path string) (*DB, error) {
	db, err := sql.Open("sqlite", "file:"+path+sqliteParams)
	if err != nil {
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	return finish(ctx, db, dialect.SQLite, "")
}

func finish(ctx context.Context, db *sql.DB, name, rawURL string) (*DB, error) {
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("connect to %s: %w", name, redact(err, rawURL))
	}
	return &DB{Ent: ent.NewClient(ent.Driver(entsql.OpenDB(name, db))), SQL: db, Dialect: name}, nil
}

// redact keeps a password out of an error's text.
func redact(err error, rawURL string) error {
	u, perr := url.Parse(rawURL)
	if perr != nil || u.User == nil {
		return err
	}
	if pw, ok := u.User.Password(); ok && pw != "" {
		return errors.New(strings.ReplaceAll(err.Error(), pw, "…"))
	}
	return err
}

// Postgres tells which of the two this is.
func (db *DB) Postgres() bool { return db.Dialect == dialect.Postgres }

// Close ends all connections.
func (db *DB) Close() error { return db.Ent.Close() }

// Prepared gives a statement, with ? as placeholders, that each connection
// parses once: for the few that the sending path repeats thousands of times.
// Inside a transaction pass it to tx.StmtContext. It lives as long as db.
func (db *DB) Prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := db.prepared.Load(query); ok {
		return st.(*sql.Stmt), nil //nolint:errcheck,forcetypeassert // nothing else is stored
	}
	st, err := db.SQL.PrepareContext(ctx, db.Rebind(query))
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if first, ok := db.prepared.LoadOrStore(query, st); ok {
		_ = st.Close()                //nolint:sqlclosecheck // somebody else was faster; the other is given out
		return first.(*sql.Stmt), nil //nolint:errcheck,forcetypeassert // nothing else is stored
	}
	return st, nil
}

// tries bounds how often a transaction runs again after a deadlock or a
// serialisation failure.
const tries = 6

// Tx runs fn in a transaction, which ent.TxFromContext(ctx) gives too, and runs
// it again when the database chose it as a deadlock's victim. fn must not call
// the network, and must use nothing but tx for the store.
func (db *DB) Tx(ctx context.Context, fn func(ctx context.Context, tx *ent.Tx) error) error {
	return again(ctx, func() error {
		tx, err := db.Ent.Tx(ctx)
		if err != nil {
			return fmt.Errorf("begin: %w", err)
		}
		defer func() {
			if p := recover(); p != nil {
				_ = tx.Rollback()
				panic(p)
			}
		}()
		if err := fn(ent.NewTxContext(ctx, tx), tx); err != nil {
			_ = tx.Rollback()
			return err
		}
		if err := tx.Commit(); err != nil {
			return fmt.Errorf("commit: %w", err)
		}
		return nil
	})
}

// SQLTx is Tx for the statements that do not go through ent.
func (db *DB) SQLTx(ctx context.Context, fn func(*sql.Tx) error) error {
	return again(ctx, func() error {
		tx, err := db.SQL.BeginTx(ctx, nil)
		if err != nil {
			return fmt.Errorf("begin: %w", err)
		}
		defer func() { _ = tx.Rollback() }()
		if err := fn(tx); err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return &CommitError{cause: err}
		}
		return nil
	})
}

// CommitError says that a commit was not acknowledged: it may have happened.
type CommitError struct{ cause error }

func (e *CommitError) Error() string { return "commit: " + e.cause.Error() }

// Unwrap gives the driver's error.
func (e *CommitError) Unwrap() error { return e.cause }

func again(ctx context.Context, run func() error) error {
	var err error
	for try := range tries {
		if err = run(); err == nil || !transient(err) {
			return err
		}
		pause := time.NewTimer(time.Duration(1+rand.IntN(10<<try)) * time.Millisecond) //nolint:gosec // jitter
		select {
		case <-ctx.Done():
			pause.Stop()
			return err
		case <-pause.C:
		}
	}
	return err
}

// transient tells whether running the whole transaction again may work.
func transient(err error) bool {
	if pe, ok := errors.AsType[*pq.Error](err); ok {
		return pe.Code == "40P01" || pe.Code == "40001"
	}
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		code := se.Code() & 0xff
		return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
	}
	return false
}

// IsUnique tells whether err is a broken uniqueness rule.
func IsUnique(err error) bool {
	if pe, ok := errors.AsType[*pq.Error](err); ok {
		return pe.Code == "23505"
	}
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		return se.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || se.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// IsBadText tells whether PostgreSQL refused a text: U+0000, or not UTF-8. SQLite takes both.
func IsBadText(err error) bool {
	pe, ok := errors.AsType[*pq.Error](err)
	return ok && (pe.Code == "22021" || pe.Code == "22P05")
}

// IsBadData tells whether PostgreSQL refused a value: a text it cannot hold, a
// number out of range. Writing the same again fails again. SQLite takes them all.
func IsBadData(err error) bool {
	pe, ok := errors.AsType[*pq.Error](err)
	return ok && pe.Code.Class() == "22"
}
