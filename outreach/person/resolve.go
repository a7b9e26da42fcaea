package person

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"tidings/internal/clock"
	"tidings/internal/database"
)

// WechatOpenID is the type of WeChat's openids; their values are "appid:openid",
// because the same openid means nothing in another mini program (spec §12.1).
const WechatOpenID = "wx_openid"

// WechatValue is the value of an identity of type WechatOpenID.
func WechatValue(appID, openID string) string { return appID + ":" + openID }

// chunk bounds the rows of one transaction; each needs an identity and a person.
const chunk = 5000

// Resolve gives the person numbers of IDs, in the order of values, and makes a
// person for each ID that nobody has. With stub, those are people known by an
// uploaded ID only, who are sent to but not counted (R42); without, stubs among
// the people found become people.
//
// It opens its own short transactions, so it must not be called inside one. It
// may stop half way: asking again finishes the rest and changes nothing else.
func Resolve(ctx context.Context, db *database.DB, projectNum int64, idType string, values []string, stub bool) ([]uint32, error) {
	distinct := slices.Clone(values)
	slices.Sort(distinct) // one order for all workers, or their row locks deadlock
	distinct = slices.Compact(distinct)

	found := make(map[string]uint32, len(distinct))
	for part := range slices.Chunk(distinct, chunk) {
		if err := resolve(ctx, db, projectNum, idType, part, stub, found); err != nil {
			return nil, err
		}
	}
	nums := make([]uint32, len(values))
	for i, v := range values {
		num, ok := found[v]
		if !ok {
			return nil, fmt.Errorf("identity %s of project %d was not stored", idType, projectNum)
		}
		nums[i] = num
	}
	return nums, nil
}

// Known gives the numbers of those IDs that somebody has. It makes nobody.
func Known(ctx context.Context, db *database.DB, projectNum int64, idType string, values []string) (map[string]uint32, error) {
	found := make(map[string]uint32, len(values))
	if len(values) == 0 {
		return found, nil
	}
	return found, read(ctx, db, db.SQL, projectNum, idType, values, found)
}

func resolve(ctx context.Context, db *database.DB, projectNum int64, idType string, values []string, stub bool, found map[string]uint32) error {
	if err := read(ctx, db, db.SQL, projectNum, idType, values, found); err != nil {
		return err
	}
	known := make([]int64, 0, len(values))
	missing := make([]string, 0, len(values))
	for _, v := range values {
		if num, ok := found[v]; ok {
			known = append(known, ID(projectNum, num))
		} else {
			missing = append(missing, v)
		}
	}
	if !stub && len(known) > 0 {
		if _, err := db.SQL.ExecContext(ctx, db.Rebind(unstubSQL(db)), false, true, db.List(known)); err != nil {
			return fmt.Errorf("make stubs people: %w", err)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	first, err := Take(ctx, db, projectNum, len(missing))
	if err != nil {
		return err
	}
	return create(ctx, db, projectNum, idType, missing, first, stub, found)
}

// create writes the IDs and, for those that were really new, the people. An ID
// that somebody else wrote meanwhile is read from where it stands; that person
// was committed together with it.
func create(ctx context.Context, db *database.DB, projectNum int64, idType string, values []string, first uint32, stub bool, found map[string]uint32) error {
	insert, args := insertIdentities(db, projectNum, idType, values, first, clock.Wall())
	return db.SQLTx(ctx, func(tx *sql.Tx) error {
		mine := make(map[string]uint32, len(values))
		if err := collect(ctx, tx, mine, insert, args...); err != nil {
			return fmt.Errorf("insert identities: %w", err)
		}
		ids := make([]int64, 0, len(mine))
		for _, num := range mine {
			ids = append(ids, ID(projectNum, num))
		}
		slices.Sort(ids)
		q := insertPersonsSQL(db)
		if _, err := tx.ExecContext(ctx, db.Rebind(q), projectNum, stub, clock.Wall(), db.List(ids)); err != nil {
			return fmt.Errorf("insert persons: %w", err)
		}
		others := make([]string, 0)
		for _, v := range values {
			if num, ok := mine[v]; ok {
				found[v] = num
			} else {
				others = append(others, v)
			}
		}
		if len(others) == 0 {
			return nil
		}
		return read(ctx, db, tx, projectNum, idType, others, found)
	})
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func read(ctx context.Context, db *database.DB, from querier, projectNum int64, idType string, values []string, into map[string]uint32) error {
	q := db.Rebind(`SELECT value, person_num FROM identities WHERE project_num = ? AND type = ? AND ` + db.In("value"))
	if err := collect(ctx, from, into, q, projectNum, idType, db.List(values)); err != nil {
		return fmt.Errorf("read identities: %w", err)
	}
	return nil
}

func collect(ctx context.Context, from querier, into map[string]uint32, query string, args ...any) error {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			value string
			num   uint32
		)
		if err := rows.Scan(&value, &num); err != nil {
			return err
		}
		into[value] = num
	}
	return rows.Err()
}

// insertIdentities gives each value the number of its place behind first. Out:
// the values that were new, with their numbers.
func insertIdentities(db *database.DB, projectNum int64, idType string, values []string, first uint32, at time.Time) (string, []any) {
	from := `SELECT ?, ?, value, ? + key, ?, ? FROM json_each(?) WHERE true`
	base := int64(first)
	if db.Postgres() {
		from = `SELECT ?::bigint, ?::varchar, v, ?::bigint + n, ?::boolean, ?::timestamptz FROM unnest(?::varchar[]) WITH ORDINALITY AS u(v, n) ORDER BY n`
		base-- // ordinality counts from 1
	}
	q := `INSERT INTO identities (project_num, type, value, person_num, invalid, bound_at) ` + from +
		` ON CONFLICT (project_num, type, value) DO NOTHING RETURNING value, person_num`
	return db.Rebind(q), []any{projectNum, idType, base, false, at, db.List(values)}
}

// insertPersonsSQL: project number, stub, time, IDs.
func insertPersonsSQL(db *database.DB) string {
	from := `SELECT value, ?, ?, ? FROM json_each(?)`
	if db.Postgres() {
		from = `SELECT v, ?::bigint, ?::boolean, ?::timestamptz FROM unnest(?::bigint[]) AS u(v)`
	}
	return `INSERT INTO persons (id, project_num, stub, created_at) ` + from
}

// unstubSQL: false, true, IDs.
func unstubSQL(db *database.DB) string {
	return `UPDATE persons SET stub = ? WHERE stub = ? AND ` + db.In("id")
}
