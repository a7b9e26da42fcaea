package demo

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"

	"tidings/ent"
	entproject "tidings/ent/project"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/outreach/person"
)

const (
	// authorisations is how many messages of each template somebody takes.
	authorisations = 5
	// refusing and unknown are how many of a hundred people take none.
	refusing, unknown = 4, 1
)

// Grant gives the demo's people their phones: the sandbox forgets them with
// every start. Some have switched messages off, some never met the mini
// program. Nothing happens without a demo or without a sandbox.
func Grant(ctx context.Context, d Deps) error {
	ctx = viewer.System(ctx)
	if d.Sandbox == nil {
		return nil
	}
	m, err := readMark(ctx, d.DB)
	if err != nil || m == nil {
		return err
	}
	project, err := d.DB.Ent.Project.Query().Where(entproject.ID(m.ProjectID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load the demo's project: %w", err)
	}
	all, err := openIDs(ctx, d.DB, project.Num)
	if err != nil {
		return err
	}
	willing, unwilling := split(all)
	d.Sandbox.Grant("", authorisations, willing...)
	d.Sandbox.Refuse(unwilling...)
	return nil
}

// split tells who takes messages. It depends on the openid alone, so that the
// same people refuse after every start.
func split(openIDs []string) (willing, unwilling []string) {
	for _, id := range openIDs {
		h := fnv.New32a()
		_, _ = h.Write([]byte(id)) // never fails
		if h.Sum32()%100 < refusing+unknown {
			unwilling = append(unwilling, id)
		} else {
			willing = append(willing, id)
		}
	}
	return willing, unwilling
}

// openIDsSQL: project number, ID type, false. Out: openids with their mini
// program, of people who are known by more than an uploaded list.
const openIDsSQL = `SELECT i.value FROM identities i JOIN persons p ON p.id = i.project_num * 4294967296 + i.person_num
	WHERE i.project_num = ? AND i.type = ? AND p.stub = ? ORDER BY i.person_num`

func openIDs(ctx context.Context, db *database.DB, projectNum int64) ([]string, error) {
	rows, err := db.SQL.QueryContext(ctx, db.Rebind(openIDsSQL), projectNum, person.WechatOpenID, false)
	if err != nil {
		return nil, fmt.Errorf("read openids: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			return nil, fmt.Errorf("read openids: %w", err)
		}
		if id, ok := strings.CutPrefix(value, prefix); ok {
			out = append(out, id)
		}
	}
	return out, rows.Err()
}
