package person

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"tidings/internal/clock"
	"tidings/internal/database"
)

// mergeSQL are the statements that make one person out of two, each with its
// arguments by name: w and l are the numbers of winner and loser, W and L their
// IDs, p the project, now machine time.
var mergeSQL = []struct{ text, args string }{
	{`UPDATE identities SET person_num = ? WHERE project_num = ? AND person_num = ?`, "wpl"},
	{`UPDATE wechat_subscriptions SET person_num = ? WHERE project_num = ? AND person_num = ?`, "wpl"},
	{`UPDATE person_aliases SET to_id = ? WHERE to_id = ?`, "WL"}, // chains stay one step long
	{`INSERT INTO person_aliases (id, project_num, to_id, merged_at) VALUES (?, ?, ?, ?)`, "LpWn"},
	{`DELETE FROM persons WHERE id = ?`, "L"},
}

// Merge makes one person of two, in one transaction: the older stays. IDs move,
// attributes and tags are joined with the winner's first, and person_aliases
// remembers the loser, whose events and detail rows follow later (Fold). by is
// the ID that both share. errRaced when they are not there any more or cannot
// be one.
func Merge(ctx context.Context, db *database.DB, projectNum int64, types Types, a, b uint32, by Key) error {
	winner, loser := min(a, b), max(a, b)
	if winner == loser {
		return nil
	}
	return db.SQLTx(ctx, func(tx *sql.Tx) error {
		people, err := lockValues(ctx, db, tx, []int64{ID(projectNum, winner), ID(projectNum, loser)})
		if err != nil {
			return err
		}
		if len(people) != 2 {
			return errRaced
		}
		if differ, err := stillDiffer(ctx, db, tx, projectNum, types, winner, loser, by); err != nil || differ {
			return orRaced(err)
		}
		w, l := people[0], people[1]
		w.attributes, w.tags = join(w.attributes, l.attributes), join(w.tags, l.tags)
		if err := storeValues(ctx, db, tx, []values{w}); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, db.Rebind(`UPDATE persons SET stub = ? WHERE id = ? AND stub = ?`), false, w.id, true); err != nil {
			return fmt.Errorf("make stub a person: %w", err)
		}
		now := clock.Wall()
		for _, s := range mergeSQL {
			args := make([]any, len(s.args))
			for i, name := range s.args {
				args[i] = map[rune]any{'w': winner, 'l': loser, 'W': w.id, 'L': l.id, 'p': projectNum, 'n': now}[name]
			}
			if _, err := tx.ExecContext(ctx, db.Rebind(s.text), args...); err != nil {
				return fmt.Errorf("merge people: %w", err)
			}
		}
		return nil
	})
}

func orRaced(err error) error {
	if err != nil {
		return err
	}
	return errRaced
}

// stillDiffer looks again, under the locks, whether two people hold different
// single-valued IDs.
func stillDiffer(ctx context.Context, db *database.DB, tx *sql.Tx, projectNum int64, types Types, a, b uint32, by Key) (bool, error) {
	rows, err := tx.QueryContext(ctx, db.Rebind(`SELECT person_num, type, value FROM identities WHERE project_num = ? AND person_num IN (?, ?)`), projectNum, a, b)
	if err != nil {
		return false, fmt.Errorf("read people's identities: %w", err)
	}
	defer func() { _ = rows.Close() }()
	m := newMatching(types)
	for rows.Next() {
		var (
			who ref
			k   Key
		)
		if err := rows.Scan(&who, &k.Type, &k.Value); err != nil {
			return false, fmt.Errorf("read people's identities: %w", err)
		}
		m.hold(who, k)
	}
	if err := rows.Err(); err != nil {
		return false, fmt.Errorf("read people's identities: %w", err)
	}
	_, _, _, differ := differs(types, m.holds[ref(a)], m.holds[ref(b)], by)
	return differ, nil
}

// codeOf is the ID type of a class.
func codeOf(class string) string {
	if strings.HasPrefix(class, WechatOpenID+":") {
		return WechatOpenID
	}
	return class
}
