package database

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lib/pq"
)

// Column is one column of a list of rows passed to a statement: Values is a
// []int64 or []string, all columns of a list of the same length.
type Column struct {
	Name   string
	Values any
}

// Values is a FROM item that stands for rows given as parameters, with ? as
// placeholders: unnest over arrays on PostgreSQL, one JSON array on SQLite. It
// is how thousands of rows travel in one statement.
func (db *DB) Values(alias string, cols ...Column) (string, []any) {
	if db.Postgres() {
		types, names, args := make([]string, len(cols)), make([]string, len(cols)), make([]any, len(cols))
		for i, c := range cols {
			names[i], args[i] = c.Name, pq.Array(c.Values)
			switch c.Values.(type) {
			case []int64:
				types[i] = "?::bigint[]"
			case []string:
				types[i] = "?::text[]"
			default:
				panic(fmt.Sprintf("database: column of %T", c.Values))
			}
		}
		return fmt.Sprintf("unnest(%s) AS %s(%s)", strings.Join(types, ", "), alias, strings.Join(names, ", ")), args
	}
	var rows [][]any
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = fmt.Sprintf("json_extract(value, '$[%d]') AS %s", i, c.Name)
		switch v := c.Values.(type) {
		case []int64:
			rows = put(rows, v, i, len(cols))
		case []string:
			rows = put(rows, v, i, len(cols))
		default:
			panic(fmt.Sprintf("database: column of %T", c.Values))
		}
	}
	b, err := json.Marshal(rows)
	if err != nil {
		panic(fmt.Sprintf("database: values: %v", err)) // numbers and strings only
	}
	// The limit takes nothing away. It makes SQLite put the list together first and
	// look each row up; without it, it reads the whole other table for every row.
	return fmt.Sprintf("(SELECT %s FROM json_each(?) LIMIT -1) AS %s", strings.Join(names, ", "), alias), []any{string(b)}
}

func put[T any](rows [][]any, values []T, at, width int) [][]any {
	if rows == nil {
		rows = make([][]any, len(values))
		for i := range rows {
			rows[i] = make([]any, width)
		}
	}
	for i, v := range values {
		rows[i][at] = v
	}
	return rows
}
