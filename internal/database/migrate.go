package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"tidings/ent/migrate"
)

// ErrSchema says that the store's schema and this program do not fit. The text
// tells the operator what to do.
var ErrSchema = errors.New("schema does not fit")

// minReader is the setting in which a migration says how old a program may
// still use the schema: the number of the newest migration it must know.
const minReader = "schema_min_reader"

func (db *DB) provider() (*goose.Provider, error) {
	var (
		dialect = goose.DialectSQLite3
		dir     = "sqlite"
		opts    []goose.ProviderOption
	)
	if db.Postgres() {
		dialect, dir = goose.DialectPostgres, "postgres"
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fmt.Errorf("migration lock: %w", err)
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	files, err := fs.Sub(migrate.Files, dir)
	if err != nil {
		return nil, fmt.Errorf("migration files: %w", err)
	}
	p, err := goose.NewProvider(dialect, db.SQL, files, opts...)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return p, nil
}

// Migrate brings the schema up to date and tells how many steps that took. Any
// number of processes may call it at once.
func (db *DB) Migrate(ctx context.Context) (int, error) {
	p, err := db.provider()
	if err != nil {
		return 0, err
	}
	done, err := p.Up(ctx)
	if err != nil {
		return len(done), fmt.Errorf("migrate: %w", err)
	}
	return len(done), nil
}

// Check refuses a schema that is older than this program, and a newer one whose
// migrations say that a program this old may not use it.
func (db *DB) Check(ctx context.Context) error {
	p, err := db.provider()
	if err != nil {
		return err
	}
	var known int64
	for _, s := range p.ListSources() {
		known = max(known, s.Version)
	}
	has, err := db.version(ctx)
	if err != nil {
		return err
	}
	if has < known {
		return fmt.Errorf("%w: the database is at version %d and this program needs %d; run `tidings migrate`", ErrSchema, has, known)
	}
	if has > known {
		needs, err := db.minReader(ctx)
		if err != nil {
			return err
		}
		if needs > known {
			return fmt.Errorf("%w: the database is at version %d, which programs older than version %d must not use, and this one knows %d; start a newer release",
				ErrSchema, has, needs, known)
		}
	}
	return nil
}

// version is the newest migration applied, 0 for an empty database.
func (db *DB) version(ctx context.Context) (int64, error) {
	exists := `SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'`
	if db.Postgres() {
		exists = `SELECT count(*) FROM pg_tables WHERE tablename = 'goose_db_version' AND schemaname = ANY(current_schemas(false))`
	}
	var n int
	if err := db.SQL.QueryRowContext(ctx, exists).Scan(&n); err != nil {
		return 0, fmt.Errorf("look for the schema: %w", err)
	}
	if n == 0 {
		return 0, nil
	}
	var v sql.NullInt64
	if err := db.SQL.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version`).Scan(&v); err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	return v.Int64, nil
}

func (db *DB) minReader(ctx context.Context) (int64, error) {
	var text string
	q := db.Rebind(`SELECT value FROM settings WHERE id = ?`)
	if err := db.SQL.QueryRowContext(ctx, q, minReader).Scan(&text); err != nil {
		return 0, fmt.Errorf("read %s: %w", minReader, err)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", minReader, err)
	}
	return n, nil
}
