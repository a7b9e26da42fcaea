package compile

import (
	"context"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/internal/database"
	"tidings/outreach/audience/rule"
)

// Evaluator evaluates rules against a store.
type Evaluator struct {
	DB *database.DB
}

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

// Evaluate gives the numbers of the people whom the rule selects: never a stub,
// never an entity of another subject. The rule has been validated; an event or
// table that has gone since selects nobody.
func (e *Evaluator) Evaluate(ctx context.Context, scope Scope, tree *rule.Node, opts Options) (*roaring.Bitmap, error) {
	return nil, errNotReady
}

// Members gives the people who hold an ID of the type that has not turned out to
// be invalid; of type wx_openid, one of the app's. They are what "reachable" is
// counted with.
func (e *Evaluator) Members(ctx context.Context, projectNum int64, idType, appID string) (*roaring.Bitmap, error) {
	return nil, errNotReady
}

// Everybody gives the scope's people: what a rule without conditions would select.
func (e *Evaluator) Everybody(ctx context.Context, scope Scope) (*roaring.Bitmap, error) {
	return nil, errNotReady
}
