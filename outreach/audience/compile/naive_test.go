package compile

import (
	stdjson "encoding/json"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"

	"tidings/outreach/audience/rule"
)

// world is a small project in memory, and how rules would be answered if there
// were no database: one person after the other, one row after the other.
type world struct {
	zone     *time.Location
	now      time.Time
	subject  int64
	people   []human
	events   []behaviour
	rows     []behaviour
	ids      []identity
	merged   map[uint32]uint32
	segments map[string][]uint32
	types    map[string]map[string]rule.Type
}

func (w *world) select_(n *rule.Node) []uint32 {
	out := []uint32{}
	for _, h := range w.people {
		if !h.stub && h.subject == w.subject && w.holds(h, n) {
			out = append(out, h.num)
		}
	}
	slices.Sort(out)
	return out
}

func (w *world) holds(h human, n *rule.Node) bool {
	switch n.Op {
	case rule.And:
		return !slices.ContainsFunc(n.Nodes, func(c *rule.Node) bool { return !w.holds(h, c) })
	case rule.Or:
		return slices.ContainsFunc(n.Nodes, func(c *rule.Node) bool { return w.holds(h, c) })
	case rule.Exclude:
		return w.holds(h, n.Nodes[0]) && !slices.ContainsFunc(n.Nodes[1:], func(c *rule.Node) bool { return w.holds(h, c) })
	case rule.Attribute:
		return w.passes(h.attrs, n.Name, w.types["ATTRIBUTE"][n.Name], n.Test)
	case rule.Tag:
		return w.passes(h.tags, n.Name, w.types["TAG"][n.Name], n.Test)
	case rule.Identity:
		return n.Not != slices.ContainsFunc(w.ids, func(i identity) bool { return i.num == h.num && i.typ == n.IDType })
	case rule.Segment:
		return n.Not != slices.Contains(w.segments[n.Segment], h.num)
	case rule.Event:
		return n.Not != w.measured(w.pick(h, w.events, n.Event, n.Event, n.Window, n.Where), w.types[n.Event], n)
	case rule.Rows:
		return n.Not != w.measured(w.pick(h, w.rows, n.Table, "table "+n.Table, n.Window, n.Where), w.types["table "+n.Table], n)
	case rule.Sequence:
		return n.Not != w.walks(h, n, 0, nil, "")
	case rule.Property:
	}
	panic("no such node")
}

// pick gives the person's rows of a name, inside the window, that pass the filter.
func (w *world) pick(h human, from []behaviour, name, owner string, win *rule.Window, f *rule.Filter) []behaviour {
	var out []behaviour
	for _, b := range from {
		num := b.num
		if to, ok := w.merged[num]; ok {
			num = to
		}
		if num == h.num && b.name == name && w.inside(h, b.at, win) && w.filtered(b, w.types[owner], f) {
			out = append(out, b)
		}
	}
	return out
}

func (w *world) filtered(b behaviour, types map[string]rule.Type, f *rule.Filter) bool {
	if f == nil {
		return true
	}
	switch f.Op { //nolint:exhaustive // a filter has no other
	case rule.And:
		return !slices.ContainsFunc(f.Nodes, func(c *rule.Filter) bool { return !w.filtered(b, types, c) })
	case rule.Or:
		return slices.ContainsFunc(f.Nodes, func(c *rule.Filter) bool { return w.filtered(b, types, c) })
	}
	return w.passes(b.data, f.Name, types[f.Name], f.Test)
}

func (w *world) walks(h human, n *rule.Node, step int, before *behaviour, link string) bool {
	if step == len(n.Steps) {
		return true
	}
	s := n.Steps[step]
	for _, b := range w.pick(h, w.events, s.Event, s.Event, n.Window, s.Where) {
		l := ""
		if n.Link != "" {
			v, ok := value(b.data, n.Link, w.types[s.Event][n.Link])
			if !ok {
				continue
			}
			l = canonical(v)
		}
		if before != nil {
			if b.at <= before.at || l != link {
				continue
			}
			if n.Within != nil && b.at-before.at > n.Within.Milliseconds() {
				continue
			}
		}
		if w.walks(h, n, step+1, &b, l) {
			return true
		}
	}
	return false
}

func (w *world) measured(rows []behaviour, types map[string]rule.Type, n *rule.Node) bool {
	if len(rows) == 0 {
		return false
	}
	if n.Compare == nil {
		return true
	}
	m := rule.Measure{Of: rule.Times}
	if n.Measure != nil {
		m = *n.Measure
	}
	var numbers []*big.Rat
	different := map[string]bool{}
	for _, r := range rows {
		switch v, ok := value(r.data, m.Name, types[m.Name]); {
		case m.Of == rule.Days:
			different[time.UnixMilli(r.at).In(w.zone).Format(time.DateOnly)] = true
		case m.Name == "" || !ok:
		case m.Of == rule.Distinct:
			different[canonical(v)] = true
		default:
			if number, ok := v.(stdjson.Number); ok {
				numbers = append(numbers, rat(number.String()))
			}
		}
	}
	out := new(big.Rat)
	switch m.Of {
	case rule.Times, rule.RowCount:
		return compareRat(big.NewRat(int64(len(rows)), 1), n.Compare)
	case rule.Days, rule.Distinct:
		return compareRat(big.NewRat(int64(len(different)), 1), n.Compare)
	case rule.Sum, rule.Avg, rule.Min, rule.Max:
	}
	if len(numbers) == 0 {
		return false
	}
	out.Set(numbers[0])
	for _, v := range numbers[1:] {
		switch {
		case m.Of == rule.Sum || m.Of == rule.Avg:
			out.Add(out, v)
		case m.Of == rule.Min && v.Cmp(out) < 0 || m.Of == rule.Max && v.Cmp(out) > 0:
			out.Set(v)
		}
	}
	if m.Of == rule.Avg {
		out.Quo(out, big.NewRat(int64(len(numbers)), 1))
	}
	return compareRat(out, n.Compare)
}

func rat(s string) *big.Rat { r, _ := new(big.Rat).SetString(s); return r }

func compareRat(v *big.Rat, t *rule.Test) bool {
	c := func(i int) int { return v.Cmp(rat(t.Values[i].Text)) }
	switch t.Word { //nolint:exhaustive // numbers only
	case rule.EQ:
		return c(0) == 0
	case rule.NE:
		return c(0) != 0
	case rule.GT:
		return c(0) > 0
	case rule.GE:
		return c(0) >= 0
	case rule.LT:
		return c(0) < 0
	case rule.LE:
		return c(0) <= 0
	}
	return c(0) >= 0 && c(1) <= 0
}

// value gives a key's value if it has the type, any type but null where none is given.
func value(object, key string, typ rule.Type) (any, bool) {
	if object == "" {
		return nil, false
	}
	d := stdjson.NewDecoder(strings.NewReader(object))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		panic(err)
	}
	v, ok := m[key]
	if !ok || v == nil {
		return nil, false
	}
	switch typ {
	case "":
		return v, true
	case rule.Text:
		_, ok = v.(string)
	case rule.Number:
		_, ok = v.(stdjson.Number)
	case rule.Boolean:
		_, ok = v.(bool)
	case rule.Date, rule.Datetime:
		layout := map[rule.Type]string{rule.Date: time.DateOnly, rule.Datetime: "2006-01-02T15:04:05.000Z"}[typ]
		s, isText := v.(string)
		_, err := time.Parse(layout, s)
		ok = isText && err == nil && len(s) == len(layout)
	case rule.List:
		_, ok = v.([]any)
	case rule.Object:
		_, ok = v.(map[string]any)
	}
	return v, ok
}

func canonical(v any) string {
	if n, ok := v.(stdjson.Number); ok {
		return "n" + rat(n.String()).RatString()
	}
	b, err := stdjson.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// passes tells whether a value passes a test. The word says what type it wants.
func (w *world) passes(object, key string, typ rule.Type, t *rule.Test) bool {
	want := typ
	if types := t.Word.Typed(); len(types) == 1 {
		want = types[0]
	}
	v, ok := value(object, key, want)
	switch t.Word { //nolint:exhaustive // these do not need a value
	case rule.NotInAll:
		return !ok || !slices.Contains(texts(t), v.(string))
	case rule.IsNull:
		return !ok
	case rule.NotNull:
		return ok
	case rule.IsEmpty:
		return !ok || len(v.([]any)) == 0
	}
	if !ok {
		return false
	}
	switch x := v.(type) {
	case bool:
		return x == (t.Word == rule.IsTrue)
	case stdjson.Number:
		return compareRat(rat(x.String()), t)
	case []any:
		return listPasses(x, t)
	}
	s := v.(string) //nolint:forcetypeassert // nothing else is left
	one := func() string { return t.Values[0].Text }
	switch t.Word { //nolint:exhaustive // texts only
	case rule.In:
		return slices.Contains(texts(t), s)
	case rule.NotInTagged:
		return !slices.Contains(texts(t), s)
	case rule.Contains:
		return strings.Contains(s, one())
	case rule.NotContains:
		return !strings.Contains(s, one())
	case rule.StartsWith:
		return strings.HasPrefix(s, one())
	case rule.EndsWith:
		return strings.HasSuffix(s, one())
	case rule.Matches:
		return regexp.MustCompile(one()).MatchString(s)
	}
	if typ == rule.Date {
		day, _ := time.Parse(time.DateOnly, s)
		return w.onDay(day, t.Window)
	}
	at, _ := time.Parse(time.RFC3339, s)
	return w.inside(human{}, at.UnixMilli(), t.Window)
}

func listPasses(items []any, t *rule.Test) bool {
	has := func(s string) bool { return slices.Contains(items, any(s)) }
	switch t.Word { //nolint:exhaustive // lists only
	case rule.AnyOf:
		return slices.ContainsFunc(texts(t), has)
	case rule.NoneOf:
		return !slices.ContainsFunc(texts(t), has)
	case rule.AllOf:
		return !slices.ContainsFunc(texts(t), func(s string) bool { return !has(s) })
	}
	return len(items) > 0
}
