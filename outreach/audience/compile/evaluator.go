package compile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/lib/pq"

	"tidings/internal/database"
	"tidings/outreach/audience/rule"
)

// Evaluator evaluates rules against a store.
type Evaluator struct {
	DB *database.DB
	// joinFor is how long a sequence may be looked for by joining; 0: the default.
	joinFor time.Duration
}

// joinFor is how long a sequence is looked for by joining before it is looked
// for by sorting: many times what a million people take, unless some of them
// have very many events.
const joinFor = 5 * time.Second

// Scope says whose data is looked at, and when.
type Scope struct {
	ProjectID  string
	ProjectNum int64
	// Subject is Subject.num; 0 selects people.
	Subject int64
	Zone    *time.Location
	// Now is what relative windows count from.
	Now time.Time
}

// Options are what an evaluation may be given beside the rule.
type Options struct {
	// Progress is told how many of the statements have been answered; nil: nobody.
	Progress func(done, total int)
	// Segment gives the members of another segment. It is called outside any
	// transaction, before the first statement. Nil where rules name none.
	Segment func(ctx context.Context, id string) (*roaring.Bitmap, error)
}

// evaluation is one run over one snapshot.
type evaluation struct {
	dialect
	scope    Scope
	tx       *sql.Tx
	joinFor  time.Duration
	names    names
	patterns map[*rule.Test][]string
	segments map[string]*roaring.Bitmap
	progress func()
}

// Evaluate gives the numbers of the people whom the rule selects: never a stub,
// never an entity of another subject. The rule has been validated; an event or
// table that has gone since selects nobody.
func (e *Evaluator) Evaluate(ctx context.Context, scope Scope, tree *rule.Node, opts Options) (*roaring.Bitmap, error) {
	segments, err := readSegments(ctx, tree, opts)
	if err != nil {
		return nil, err
	}
	var out *roaring.Bitmap
	err = e.snapshot(ctx, scope, func(run *evaluation) error {
		run.segments = segments
		done, total := 0, statements(tree)
		run.progress = func() {
			done++
			if opts.Progress != nil {
				opts.Progress(min(done, total), total)
			}
		}
		if err := run.readNames(ctx, rule.References(tree)); err != nil {
			return err
		}
		if err := run.match(ctx, tree); err != nil {
			return fmt.Errorf("match patterns: %w", err)
		}
		found, err := run.node(ctx, tree)
		if err != nil {
			return err
		}
		out, err = run.within(ctx, found)
		return err
	})
	return out, err
}

// Everybody gives the scope's people: what a rule without conditions would select.
func (e *Evaluator) Everybody(ctx context.Context, scope Scope) (*roaring.Bitmap, error) {
	var out *roaring.Bitmap
	err := e.snapshot(ctx, scope, func(run *evaluation) (err error) {
		out, err = run.universe(ctx)
		return err
	})
	return out, err
}

// Members gives the people who hold an ID of the type that has not turned out to
// be invalid; of type wx_openid, one of the app's. They are what "reachable" is
// counted with.
func (e *Evaluator) Members(ctx context.Context, projectNum int64, idType, appID string) (*roaring.Bitmap, error) {
	var out *roaring.Bitmap
	err := e.snapshot(ctx, Scope{ProjectNum: projectNum, Zone: time.UTC}, func(run *evaluation) (err error) {
		q := cat("SELECT person_num AS p FROM identities WHERE project_num = ", param{projectNum}, " AND type = ", param{idType}, " AND NOT invalid")
		if appID != "" {
			// "app:…" is between "app:" and "app;" where bytes are compared, which both stores do in this column and its index.
			q = cat(q, " AND value >= ", param{appID + ":"}, " AND value < ", param{appID + ";"})
		}
		out, err = run.people(ctx, q)
		return err
	})
	return out, err
}

// errCutOff says that the time limit of a join struck where the driver could not
// follow: the transaction is lost.
var errCutOff = errors.New("the time limit cut the connection off")

// snapshot runs f in a transaction that reads one state of the data. When a
// join's time limit costs the transaction, f runs again in another one that does
// not join.
func (e *Evaluator) snapshot(ctx context.Context, scope Scope, f func(*evaluation) error) error {
	limit := e.joinFor
	if limit == 0 {
		limit = joinFor
	}
	err := e.try(ctx, scope, limit, f)
	if errors.Is(err, errCutOff) && ctx.Err() == nil {
		return e.try(ctx, scope, 0, f)
	}
	return err
}

// try runs f in one transaction. Sequences are joined for limit at most, not at all where it is 0.
func (e *Evaluator) try(ctx context.Context, scope Scope, limit time.Duration, f func(*evaluation) error) error {
	options := &sql.TxOptions{ReadOnly: true} // on SQLite, a snapshot as it is
	if e.DB.Postgres() {
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := e.DB.SQL.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if e.DB.Postgres() {
		// Grouping a million people takes memory. Statements are too short for compiling them to pay.
		if _, err := tx.ExecContext(ctx, `SET LOCAL work_mem = '128MB'; SET LOCAL jit = off`); err != nil {
			return fmt.Errorf("prepare the transaction: %w", err)
		}
	}
	run := &evaluation{
		dialect: dialect{e.DB, e.DB.Postgres()}, scope: scope, tx: tx, joinFor: limit,
		patterns: map[*rule.Test][]string{}, progress: func() {},
	}
	if err := f(run); err != nil {
		if ctx.Err() != nil { // the driver's words for it differ
			return fmt.Errorf("evaluate: %w", ctx.Err())
		}
		return err
	}
	return nil
}

func readSegments(ctx context.Context, tree *rule.Node, opts Options) (map[string]*roaring.Bitmap, error) {
	out := map[string]*roaring.Bitmap{}
	for _, id := range rule.References(tree).Segments {
		if opts.Segment == nil {
			return nil, errors.New("the rule names segments, and nobody gives their members")
		}
		members, err := opts.Segment(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("read segment %s: %w", id, err)
		}
		out[id] = members
	}
	return out, nil
}

// base is what a person's number is added to for the person's ID.
func (e *evaluation) base() int64 { return e.scope.ProjectNum << 32 }

// everybody is the condition on rows of persons that makes them the scope's people.
func (e *evaluation) everybody() expr {
	return cat("id BETWEEN ", param{e.base()}, " AND ", param{e.base() + math.MaxUint32}, " AND NOT stub AND subject = ", param{e.scope.Subject})
}

// people runs a query for the numbers of people, in its column p.
func (e *evaluation) people(ctx context.Context, q expr) (*roaring.Bitmap, error) {
	if e.postgres {
		q = cat("SELECT string_agg(p::text, ',') FROM (", q, ") AS people")
	} else {
		q = cat("SELECT group_concat(p) FROM (", q, ") AS people")
	}
	return e.gather(ctx, q)
}

// gather reads the texts of numbers that a query answers with.
func (e *evaluation) gather(ctx context.Context, q expr) (*roaring.Bitmap, error) {
	var found numbers
	err := e.each(ctx, q.sql, q.args, func(rows *sql.Rows) error {
		var text sql.RawBytes
		if err := rows.Scan(&text); err != nil {
			return err
		}
		return found.read(text)
	})
	if err != nil {
		return nil, err
	}
	return found.bitmap(), nil
}

// universe is everybody.
func (e *evaluation) universe(ctx context.Context) (*roaring.Bitmap, error) {
	all, err := e.people(ctx, cat("SELECT id & 4294967295 AS p FROM persons WHERE ", e.everybody()))
	if err != nil {
		return nil, fmt.Errorf("read everybody: %w", err)
	}
	return all, nil
}

// few is how many people are rather looked up one by one than searched for among all.
const few = 20_000

// within gives the people whom a selection comes to, without whoever is not one
// of the scope's people: stubs and entities of other subjects have events and IDs
// too.
func (e *evaluation) within(ctx context.Context, found selection) (*roaring.Bitmap, error) {
	switch {
	case found.others:
		all, err := e.universe(ctx)
		if err != nil {
			return nil, err
		}
		return roaring.AndNot(all, found.Bitmap), nil
	case found.inside || found.IsEmpty():
		return found.Bitmap, nil
	case found.GetCardinality() <= few:
		ids := make([]int64, 0, few)
		for n := range roaring.Values(found.Bitmap) {
			ids = append(ids, e.base()+int64(n))
		}
		q := cat("SELECT id & 4294967295 AS p FROM persons WHERE "+e.db.In("id"), expr{args: []any{e.db.List(ids)}}, " AND NOT stub AND subject = ", param{e.scope.Subject})
		return e.people(ctx, q)
	}
	apart, err := e.people(ctx, cat("SELECT id & 4294967295 AS p FROM persons WHERE id BETWEEN ", param{e.base()}, " AND ", param{e.base() + math.MaxUint32},
		" AND (stub OR subject <> ", param{e.scope.Subject}, ")"))
	if err != nil {
		return nil, fmt.Errorf("read who is no candidate: %w", err)
	}
	return roaring.AndNot(found.Bitmap, apart), nil
}

// timedOut tells whether a statement took longer than it might.
func timedOut(err error) bool {
	pe, ok := errors.AsType[*pq.Error](err)
	return ok && pe.Code == "57014"
}
