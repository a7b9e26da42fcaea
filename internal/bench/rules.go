package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/audience/compile"
	"tidings/outreach/audience/rule"
)

// ruling is the process that evaluates rules.
type ruling struct {
	evaluator *compile.Evaluator
	scope     compile.Scope
	people    int
	runs      int
}

// eachRound is how often every question is asked in a round, by hand and by rule in turn.
const eachRound = 3

// rulesRole evaluates each question's rule and runs its statement in turn, then
// joins segments and makes estimates, and says what they took.
func rulesRole(ctx context.Context, args []string, _ io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("rules", flag.ContinueOnError)
	url := flags.String("url", "", "the schema")
	project := flags.String("project", "", "the project's ID")
	runs := flags.Int("runs", 5, "rounds")
	people := flags.Int("people", 1_000_000, "people")
	if err := flags.Parse(args); err != nil {
		return err
	}
	db, err := database.OpenPostgres(ctx, *url, 2)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return fmt.Errorf("load zone: %w", err)
	}
	r := &ruling{
		evaluator: &compile.Evaluator{DB: db}, people: *people, runs: *runs,
		scope: compile.Scope{ProjectID: *project, ProjectNum: 1, Zone: zone, Now: time.Date(2026, 1, 1, 4, 0, 0, 0, time.UTC)},
	}
	var answers []segmentAnswer
	for _, name := range questions {
		a, err := r.question(ctx, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		answers = append(answers, a)
	}
	for _, f := range []func(context.Context) (segmentAnswer, error){r.sets, r.estimate} {
		a, err := f(ctx)
		if err != nil {
			return err
		}
		answers = append(answers, a)
	}
	return json.NewEncoder(out).Encode(answers)
}

// question asks by hand and by rule in turn, once each without counting, and
// makes sure that the answers are the same people.
func (r *ruling) question(ctx context.Context, name string) (segmentAnswer, error) {
	statement, err := handSQL(name)
	if err != nil {
		return segmentAnswer{}, err
	}
	tree, err := ruleOf(name)
	if err != nil {
		return segmentAnswer{}, err
	}
	a := segmentAnswer{Name: name}
	for i := range 1 + r.runs*eachRound {
		start := clock.Wall()
		text, err := r.byHand(ctx, statement)
		if err != nil {
			return a, fmt.Errorf("by hand: %w", err)
		}
		middle := clock.Wall()
		found, err := r.evaluator.Evaluate(ctx, r.scope, tree, compile.Options{})
		if err != nil {
			return a, fmt.Errorf("by rule: %w", err)
		}
		end := clock.Wall()
		if i > 0 {
			a.Hand, a.Ours = append(a.Hand, ms(middle.Sub(start))), append(a.Ours, ms(end.Sub(middle)))
			continue
		}
		if err := same(text, found); err != nil {
			return a, err
		}
	}
	a.RSS = peakMemory("self")
	return a, nil
}

// byHand runs a statement with the settings that rules run with.
func (r *ruling) byHand(ctx context.Context, statement string) (text []byte, err error) {
	tx, err := r.evaluator.DB.SQL.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, `SET LOCAL work_mem = '128MB'; SET LOCAL jit = off`); err != nil {
		return nil, err
	}
	err = tx.QueryRowContext(ctx, statement).Scan(&text)
	return text, err
}

func same(text []byte, found *roaring.Bitmap) error {
	by := roaring.New()
	for word := range strings.SplitSeq(string(text), ",") {
		if word == "" {
			continue
		}
		n, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			return fmt.Errorf("read numbers: %w", err)
		}
		by.Add(uint32(n))
	}
	if !by.Equals(found) {
		return fmt.Errorf("by hand %d people, by rule %d, and not the same", by.GetCardinality(), found.GetCardinality())
	}
	return nil
}

// sets joins two segments of as many members as there are people, as they are
// stored: a rule that intersects, unites and subtracts them.
func (r *ruling) sets(ctx context.Context) (segmentAnswer, error) {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same members every time
	stored := map[string][]byte{}
	for _, id := range []string{"seg_a", "seg_b"} {
		members := roaring.New()
		for int(members.GetCardinality()) < r.people { //nolint:gosec // some millions
			members.Add(random.Uint32N(uint32(2 * r.people))) //nolint:gosec // some millions
		}
		b, err := members.ToBytes()
		if err != nil {
			return segmentAnswer{}, fmt.Errorf("store members: %w", err)
		}
		stored[id] = b
	}
	segment := func(_ context.Context, id string) (*roaring.Bitmap, error) {
		members := roaring.New()
		return members, members.UnmarshalBinary(stored[id])
	}
	a := segmentAnswer{Name: "sets"}
	for range r.runs * eachRound {
		for _, op := range []string{"AND", "OR", "EXCLUDE"} {
			tree, err := rule.Parse([]byte(`{"op":"` + op + `","nodes":[{"op":"SEGMENT","segment":"seg_a"},{"op":"SEGMENT","segment":"seg_b"}]}`))
			if err != nil {
				return a, err
			}
			start := clock.Wall()
			if _, err := r.evaluator.Evaluate(ctx, r.scope, tree, compile.Options{Segment: segment}); err != nil {
				return a, fmt.Errorf("join segments: %w", err)
			}
			a.Ours = append(a.Ours, ms(clock.Wall().Sub(start)))
		}
	}
	a.RSS = peakMemory("self")
	return a, nil
}

// estimate counts the people of a rule and those whom the channel can reach, as
// the console's 受众预估 does.
func (r *ruling) estimate(ctx context.Context) (segmentAnswer, error) {
	a := segmentAnswer{Name: "estimate"}
	tree, err := ruleOf("estimate")
	if err != nil {
		return a, err
	}
	for range r.runs * eachRound {
		start := clock.Wall()
		found, err := r.evaluator.Evaluate(ctx, r.scope, tree, compile.Options{})
		if err != nil {
			return a, fmt.Errorf("evaluate: %w", err)
		}
		holders, err := r.evaluator.Members(ctx, r.scope.ProjectNum, "wx_openid", appID)
		if err != nil {
			return a, fmt.Errorf("read who can be reached: %w", err)
		}
		if found.AndCardinality(holders) == 0 {
			return a, fmt.Errorf("nobody of %d can be reached", found.GetCardinality())
		}
		a.Ours = append(a.Ours, ms(clock.Wall().Sub(start)))
	}
	a.RSS = peakMemory("self")
	return a, nil
}

func ruleOf(name string) (*rule.Node, error) {
	text, err := segmentFiles.ReadFile("testdata/segment/" + name + ".json")
	if err != nil {
		return nil, err
	}
	return rule.Parse(text)
}

// quantile is the value below which a part of them lies.
func quantile(values []float64, part float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(float64(len(sorted))*part))]
}
