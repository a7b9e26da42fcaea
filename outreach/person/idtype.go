package person

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"tidings/internal/clock"
	"tidings/internal/database"
)

// The built-in types of IDs beside WechatOpenID.
const (
	UserID      = "user_id"
	UnionID     = "unionid"
	Phone       = "phone"
	DeviceID    = "device_id"
	AnonymousID = "anonymous_id"
)

// Type is a kind of ID (spec §12.1).
type Type struct {
	Code, Name string
	Multi      bool // a person may hold several
	Priority   int  // smaller wins
	InMapping  bool // it joins people
	BuiltIn    bool
}

// builtIn are the types every project has; its own rows overlay them.
var builtIn = map[string]Type{
	UserID:       {UserID, "用户 ID", false, 1, true, true},
	UnionID:      {UnionID, "微信 UnionID", false, 2, true, true},
	Phone:        {Phone, "手机号", false, 3, true, true},
	WechatOpenID: {WechatOpenID, "微信小程序 OpenID", true, 4, true, true},
	DeviceID:     {DeviceID, "设备 ID", true, 5, true, true},
	AnonymousID:  {AnonymousID, "匿名 ID", true, 6, true, true},
}

// BuiltIn tells whether every project has the type of IDs.
func BuiltIn(code string) bool {
	_, ok := builtIn[code]
	return ok
}

// Types are a project's ID types by code.
type Types map[string]Type

// Ordered gives them by priority.
func (t Types) Ordered() []Type {
	return slices.SortedFunc(maps.Values(t), func(a, b Type) int {
		if a.Priority != b.Priority {
			return a.Priority - b.Priority
		}
		return strings.Compare(a.Code, b.Code)
	})
}

// class is what a person holds one of where the type allows one only. Of openids
// there is one for each mini program.
func (t Types) class(k Key) (class string, single bool) {
	if k.Type == WechatOpenID {
		app, _, _ := strings.Cut(k.Value, ":")
		return k.Type + ":" + app, true
	}
	return k.Type, !t[k.Type].Multi
}

// typesSQL: project number. Out: the rows that overlay the built-in types.
const typesSQL = `SELECT t.code, t.name, t.multi, t.priority, t.in_mapping FROM id_types t JOIN projects p ON p.id = t.project_id WHERE p.num = ?`

// ReadTypes gives the ID types of a project.
func ReadTypes(ctx context.Context, db *database.DB, projectNum int64) (Types, error) {
	out := Types(maps.Clone(builtIn))
	rows, err := db.SQL.QueryContext(ctx, db.Rebind(typesSQL), projectNum)
	if err != nil {
		return nil, fmt.Errorf("read ID types: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var t Type
		if err := rows.Scan(&t.Code, &t.Name, &t.Multi, &t.Priority, &t.InMapping); err != nil {
			return nil, fmt.Errorf("read ID types: %w", err)
		}
		t.BuiltIn = BuiltIn(t.Code)
		out[t.Code] = t
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read ID types: %w", err)
	}
	return out, nil
}

// Kinds are what a project calls the things it knows: types of IDs, and subjects.
type Kinds struct {
	Types    Types
	Subjects map[string]Subject // by code
}

// Subject is a kind of entity beside people (R12).
type Subject struct {
	Num          int64
	Code, IDType string
}

// kindsTTL is how long a process believes what it read.
const kindsTTL = 10 * time.Second

// kindsCache keeps the kinds of projects in memory.
type kindsCache struct {
	db *database.DB
	mu sync.Mutex
	of map[int64]cachedKinds
}

type cachedKinds struct {
	kinds Kinds
	until time.Time
}

func (c *kindsCache) get(ctx context.Context, projectNum int64) (Kinds, error) {
	c.mu.Lock()
	known, ok := c.of[projectNum]
	c.mu.Unlock()
	if ok && clock.Wall().Before(known.until) {
		return known.kinds, nil
	}
	types, err := ReadTypes(ctx, c.db, projectNum)
	if err != nil {
		return Kinds{}, err
	}
	subjects, err := readSubjects(ctx, c.db, projectNum)
	if err != nil {
		return Kinds{}, err
	}
	known = cachedKinds{Kinds{types, subjects}, clock.Wall().Add(kindsTTL)}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of[projectNum] = known
	return known.kinds, nil
}

// subjectsSQL: project number. Out: number, code, type of ID.
const subjectsSQL = `SELECT s.num, s.code, s.id_type FROM subjects s JOIN projects p ON p.id = s.project_id WHERE p.num = ?`

func readSubjects(ctx context.Context, db *database.DB, projectNum int64) (map[string]Subject, error) {
	rows, err := db.SQL.QueryContext(ctx, db.Rebind(subjectsSQL), projectNum)
	if err != nil {
		return nil, fmt.Errorf("read subjects: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := map[string]Subject{}
	for rows.Next() {
		var s Subject
		if err := rows.Scan(&s.Num, &s.Code, &s.IDType); err != nil {
			return nil, fmt.Errorf("read subjects: %w", err)
		}
		out[s.Code] = s
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read subjects: %w", err)
	}
	return out, nil
}
