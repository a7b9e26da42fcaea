package bench

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tidings/ent/property"
	"tidings/ent/viewer"
	"tidings/internal/config"
)

// segmentFiles are the world that rules are measured on, and for each question
// a rule and the best statement written by hand.
//
//go:embed testdata/segment/*.sql testdata/segment/*.json
var segmentFiles embed.FS

// questions have a rule and a statement each.
var questions = []string{"attribute", "person", "count", "sum", "sequence", "exclude"}

// segmentAnswer is what the measuring process says of one figure: milliseconds
// of each round.
type segmentAnswer struct {
	Name string
	Ours []float64
	Hand []float64 `json:",omitempty"`
	RSS  float64
}

// measureSegment measures rules beside hand-written SQL for the same question,
// set operations on segments of a million members, and a whole estimate. The
// measured process does nothing else, so that its memory is theirs.
func measureSegment(ctx context.Context, cfg *config.Config, o *options, out io.Writer) ([]line, error) {
	people := o.people
	if people == 0 {
		people = 1_000_000
	}
	w, err := newWorld(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer w.close()
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) }
	say("segment: %d people, %d events, %d rounds; making them…\n", people, 10*people, o.runs)
	if err := w.behave(ctx, people); err != nil {
		return nil, err
	}
	cmd, err := self(ctx, nil, "bench", "rules", "-url", w.url, "-project", w.project.ID, "-runs", strconv.Itoa(o.runs), "-people", strconv.Itoa(people))
	if err != nil {
		return nil, err
	}
	said, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("measure rules: %w", err)
	}
	var answers []segmentAnswer
	if err := json.Unmarshal(said, &answers); err != nil {
		return nil, fmt.Errorf("read what was measured: %w", err)
	}
	return segmentLines(answers, say), nil
}

// segmentLines are the figures; a ratio is the hand-written statement's time
// over ours, so 0.67 says that ours takes one and a half times as long.
func segmentLines(answers []segmentAnswer, say func(string, ...any)) []line {
	var lines []line
	for _, a := range answers {
		l := line{name: "segment/" + a.Name, p50: quantile(a.Ours, 0.5), p99: quantile(a.Ours, 0.99), rss: a.RSS}
		if len(a.Hand) > 0 {
			ratios := make([]float64, len(a.Ours))
			for i := range ratios {
				ratios[i] = a.Hand[i] / a.Ours[i]
			}
			l.rate, l.baseline, l.ratio = 1000/quantile(a.Ours, 0.5), 1000/quantile(a.Hand, 0.5), median(ratios)
			say("  %-10s by hand %7.1f ms, ours %7.1f ms\n", a.Name, quantile(a.Hand, 0.5), l.p50)
		} else {
			say("  %-10s %7.1f ms\n", a.Name, l.p50)
		}
		lines = append(lines, l)
	}
	return lines
}

// behave makes the project that world.sql is about, its catalogue and its rows.
func (w *world) behave(ctx context.Context, people int) error {
	ctx = viewer.System(ctx)
	var err error
	if w.project, err = w.db.Ent.Project.Create().SetName("benchmark").SetNum(1).Save(ctx); err != nil {
		return fmt.Errorf("make project: %w", err)
	}
	events := []string{"view", "click", "search", "cart", "order", "purchase", "login", "share", "refund", "register"}
	for i, name := range events {
		event, err := w.db.Ent.EventType.Create().SetProjectID(w.project.ID).SetName(name).SetNum(int64(i + 1)).Save(ctx)
		if err != nil {
			return fmt.Errorf("make event: %w", err)
		}
		for name, typ := range map[string]property.Type{"amount": property.TypeNumber, "category": property.TypeText} {
			if err := w.db.Ent.Property.Create().SetProjectID(w.project.ID).SetOwner(property.OwnerEvent).SetOwnerID(event.ID).SetName(name).SetType(typ).Exec(ctx); err != nil {
				return fmt.Errorf("make property: %w", err)
			}
		}
	}
	text, err := segmentFiles.ReadFile("testdata/segment/world.sql")
	if err != nil {
		return err
	}
	conn, err := w.db.SQL.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close() }()
	sizes := fmt.Sprintf("SET bench.people = %d; SET bench.events = %d;\n", people, 10*people)
	for _, statements := range []string{sizes + string(text), "VACUUM ANALYZE persons", "VACUUM ANALYZE identities", "VACUUM ANALYZE events", "CHECKPOINT", "RESET ALL"} {
		if _, err := conn.ExecContext(ctx, statements); err != nil {
			return fmt.Errorf("make rows: %w", err)
		}
	}
	return nil
}

// handSQL is a question's statement without its comment.
func handSQL(name string) (string, error) {
	text, err := segmentFiles.ReadFile("testdata/segment/" + name + ".sql")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for l := range strings.Lines(string(text)) {
		if !strings.HasPrefix(l, "--") {
			b.WriteString(l)
		}
	}
	return b.String(), nil
}
