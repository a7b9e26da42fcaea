package compile

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/outreach/audience/rule"
)

// maxRepeated is up to how many rows the numbers of people are read with
// repetitions, which is quicker than to have the database take these out: it
// would group by person, here each sets one bit.
const maxRepeated = 4_000_000

// monthMs is into how long pieces such an answer is cut.
const monthMs = "2592000000"

// doers gives the people whose rows of a source meet the node's conditions.
func (e *evaluation) doers(ctx context.Context, s source, n *rule.Node) (*roaring.Bitmap, error) {
	if e.postgres && (n.Compare == nil || n.Not) {
		rows := e.rows(s, n.Window, n.Where)
		if expected, err := e.expect(ctx, rows); err != nil {
			return nil, fmt.Errorf("plan: %w", err)
		} else if expected <= maxRepeated {
			return e.gather(ctx, cat("SELECT string_agg(p::text, ',') FROM (", rows, ") AS data GROUP BY at / "+monthMs))
		}
	}
	return e.people(ctx, e.behaviour(s, n))
}

// expect is how many rows PostgreSQL's planner thinks that a query gives.
func (e *evaluation) expect(ctx context.Context, q expr) (float64, error) {
	var text []byte
	if err := e.tx.QueryRowContext(ctx, e.db.Rebind("EXPLAIN (FORMAT JSON) "+q.sql), q.args...).Scan(&text); err != nil {
		return 0, err
	}
	var plans []struct {
		Plan struct {
			Rows float64 `json:"Plan Rows"`
		}
	}
	if err := json.Unmarshal(text, &plans); err != nil {
		return 0, fmt.Errorf("read the plan: %w", err)
	}
	if len(plans) == 0 {
		return 0, nil
	}
	return plans[0].Plan.Rows, nil
}
