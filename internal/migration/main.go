// Command migration writes the next versioned migration of both databases from
// the difference between ent/schema and the migrations that exist:
//
//	go run ./internal/migration -name add_segments -postgres postgres://…/empty_database
//
// Foreign keys between rows of a project are written over (project_id, column),
// which ent cannot say; a row can then never point into another project.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	atlas "ariga.io/atlas/sql/migrate"
	atlasschema "ariga.io/atlas/sql/schema"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	_ "github.com/lib/pq"
	_ "modernc.org/sqlite"

	"tidings/ent/migrate"
)

func main() {
	name := flag.String("name", "", "what changes, such as add_segments")
	postgres := flag.String("postgres", "", "URL of an empty PostgreSQL database to replay the migrations in")
	flag.Parse()
	if *name == "" || *postgres == "" {
		log.Fatal("migration: -name and -postgres are needed")
	}
	tmp, err := os.MkdirTemp("", "tidings-migration")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	pg, err := sql.Open("postgres", *postgres)
	if err != nil {
		log.Fatal(err)
	}
	lite, err := sql.Open("sqlite", "file:"+filepath.Join(tmp, "dev.db")+"?_foreign_keys=1")
	if err != nil {
		log.Fatal(err)
	}
	number := next("ent/migrate/postgres")
	for _, d := range []struct {
		dialect, dir string
		db           *sql.DB
	}{{dialect.Postgres, "postgres", pg}, {dialect.SQLite, "sqlite", lite}} {
		text, err := diff(d.dialect, filepath.Join("ent/migrate", d.dir), filepath.Join(tmp, d.dir), d.db)
		if err != nil {
			log.Fatalf("%s: %v", d.dir, err)
		}
		out := filepath.Join("ent/migrate", d.dir, fmt.Sprintf("%04d_%s.sql", number, *name))
		if err := os.WriteFile(out, []byte(text), 0o644); err != nil { //nolint:gosec // source code
			log.Fatal(err)
		}
		log.Println("wrote", out)
	}
}

func next(dir string) int {
	files, _ := filepath.Glob(filepath.Join(dir, "[0-9]*.sql"))
	return len(files) + 1
}

// diff replays the migrations in an empty database and gives what is missing.
func diff(name, src, tmp string, db *sql.DB) (string, error) {
	if err := os.MkdirAll(tmp, 0o750); err != nil {
		return "", err
	}
	old, _ := filepath.Glob(filepath.Join(src, "[0-9]*.sql"))
	for _, f := range old {
		b, err := os.ReadFile(f)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(tmp, filepath.Base(f)), b, 0o600); err != nil { //nolint:gosec // our own folder
			return "", err
		}
	}
	dir, err := sqltool.NewGooseDir(tmp)
	if err != nil {
		return "", err
	}
	sum, err := dir.Checksum()
	if err != nil {
		return "", err
	}
	if err := atlas.WriteSumFile(dir, sum); err != nil {
		return "", err
	}
	m, err := schema.NewMigrate(entsql.OpenDB(name, db), schema.WithDir(dir), schema.WithMigrationMode(schema.ModeReplay),
		schema.WithDialect(name), schema.WithFormatter(sqltool.GooseFormatter), schema.WithDropColumn(true), schema.WithDropIndex(true),
		schema.WithDiffHook(WithoutForeignKeys))
	if err != nil {
		return "", err
	}
	if err := m.NamedDiff(context.Background(), "x", migrate.Tables...); err != nil {
		return "", err
	}
	all, _ := filepath.Glob(filepath.Join(tmp, "*_x.sql"))
	if len(all) != 1 {
		return "", errors.New("nothing changed")
	}
	b, err := os.ReadFile(all[0])
	if err != nil {
		return "", err
	}
	return withKeys(name, string(b)), nil
}

// WithoutForeignKeys takes foreign keys out of what ent wants; withKeys adds ours.
func WithoutForeignKeys(next schema.Differ) schema.Differ {
	return schema.DiffFunc(func(current, desired *atlasschema.Schema) ([]atlasschema.Change, error) {
		for _, t := range desired.Tables {
			t.ForeignKeys = nil
		}
		for _, t := range current.Tables {
			t.ForeignKeys = nil
		}
		return next.Diff(current, desired)
	})
}

var created = regexp.MustCompile("(?s)CREATE TABLE [`\"](\\w+)[`\"] \\((.*?)\\);\n")

// withKeys gives the tables a migration creates their foreign keys. On
// PostgreSQL they follow at the end of the up part, on SQLite they can only
// stand in the table's definition.
func withKeys(name, text string) string {
	up, down, _ := strings.Cut(text, "-- +goose Down")
	var after strings.Builder
	up = created.ReplaceAllStringFunc(up, func(stmt string) string {
		table := created.FindStringSubmatch(stmt)[1]
		i := slices.IndexFunc(migrate.Tables, func(t *schema.Table) bool { return t.Name == table })
		if i < 0 {
			return stmt
		}
		for _, fk := range migrate.Tables[i].ForeignKeys {
			def := key(migrate.Tables[i], fk)
			if name == dialect.Postgres {
				fmt.Fprintf(&after, "ALTER TABLE %q ADD %s;\n", table, def)
				continue
			}
			stmt = strings.TrimSuffix(stmt, ");\n") + ", " + strings.ReplaceAll(def, `"`, "`") + ");\n"
		}
		return stmt
	})
	return up + after.String() + "\n-- +goose Down" + down
}

func key(t *schema.Table, fk *schema.ForeignKey) string {
	column, ref := fmt.Sprintf("%q", fk.Columns[0].Name), fmt.Sprintf("%q", fk.RefColumns[0].Name)
	if fk.RefTable.Name != "projects" && t.HasColumn("project_id") && fk.RefTable.HasColumn("project_id") {
		column, ref = `"project_id", `+column, `"project_id", `+ref
	}
	return fmt.Sprintf("CONSTRAINT %q FOREIGN KEY (%s) REFERENCES %q (%s) ON DELETE %s", fk.Symbol, column, fk.RefTable.Name, ref, fk.OnDelete)
}
