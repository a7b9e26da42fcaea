package person

import (
	"context"
	"fmt"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/internal/database"
)

// Numbers gives the numbers that a person's rows may carry: the person's own
// first, then those of people merged into them whose rows are not folded yet.
func Numbers(ctx context.Context, db *database.DB, projectNum int64, num uint32) ([]int64, error) {
	out := []int64{int64(num)}
	const q = `SELECT id FROM person_aliases WHERE to_id = ? AND folded_at IS NULL ORDER BY id`
	losers, err := int64s(ctx, db, db.Rebind(q), ID(projectNum, num))
	if err != nil {
		return nil, fmt.Errorf("read aliases: %w", err)
	}
	for _, id := range losers {
		out = append(out, int64(Num(id)))
	}
	return out, nil
}

// MergedFrom gives the numbers of all who were merged into a person, in order.
func MergedFrom(ctx context.Context, db *database.DB, projectNum int64, num uint32) ([]uint32, error) {
	losers, err := int64s(ctx, db, db.Rebind(`SELECT id FROM person_aliases WHERE to_id = ? ORDER BY id`), ID(projectNum, num))
	if err != nil {
		return nil, fmt.Errorf("read aliases: %w", err)
	}
	out := make([]uint32, len(losers))
	for i, id := range losers {
		out[i] = Num(id)
	}
	return out, nil
}

// Living gives for numbers of people who were merged the number of whom they
// are now; those who were not are absent.
func Living(ctx context.Context, db *database.DB, projectNum int64, nums []int64) (map[uint32]uint32, error) {
	ids := make([]int64, len(nums))
	for i, n := range nums {
		ids[i] = projectNum<<32 | n
	}
	rows, err := db.SQL.QueryContext(ctx, db.Rebind(`SELECT id, to_id FROM person_aliases WHERE `+db.In("id")), db.List(ids))
	if err != nil {
		return nil, fmt.Errorf("read aliases: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := map[uint32]uint32{}
	for rows.Next() {
		var from, to int64
		if err := rows.Scan(&from, &to); err != nil {
			return nil, fmt.Errorf("read aliases: %w", err)
		}
		out[Num(from)] = Num(to)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read aliases: %w", err)
	}
	return out, nil
}

// Through maps a stored bitmap of people through the merges made since it was
// stored, so that it names living people. The bitmap given is not changed; where
// nothing was merged it is returned itself.
func Through(ctx context.Context, db *database.DB, projectNum int64, members *roaring.Bitmap, since time.Time) (*roaring.Bitmap, error) {
	rows, err := db.SQL.QueryContext(ctx, db.Rebind(`SELECT id, to_id FROM person_aliases WHERE project_num = ? AND merged_at >= ?`), projectNum, since.UTC().Add(-mergeSlack))
	if err != nil {
		return nil, fmt.Errorf("read aliases: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := members
	for rows.Next() {
		var from, to int64
		if err := rows.Scan(&from, &to); err != nil {
			return nil, fmt.Errorf("read aliases: %w", err)
		}
		if !members.Contains(Num(from)) {
			continue
		}
		if out == members {
			out = members.Clone()
		}
		out.Remove(Num(from))
		out.Add(Num(to))
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read aliases: %w", err)
	}
	return out, nil
}

func int64s(ctx context.Context, db *database.DB, query string, args ...any) ([]int64, error) {
	rows, err := db.SQL.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []int64
	for rows.Next() {
		var v int64
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// mergeSlack covers clocks of machines that do not agree: merged_at is by the
// merging machine's. A merge that is looked at twice changes nothing.
const mergeSlack = time.Minute
