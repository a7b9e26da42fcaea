package compile

import (
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"tidings/internal/database"
	"tidings/outreach/audience/rule"
)

// field is a value in a JSON object: a column, a key and the type that the
// catalogue gives it, empty when it gives none.
type field struct {
	column string
	name   string
	typ    rule.Type
}

// dialect writes what the two databases say differently about values in JSON.
type dialect struct {
	db       *database.DB
	postgres bool
}

// path is where the key is, in SQLite's words. A name holds no quote and no backslash.
func (f field) path() param { return param{`$."` + f.name + `"`} }

// raw is the value: JSON on PostgreSQL, a plain value on SQLite.
func (d dialect) raw(f field) expr {
	if d.postgres {
		return cat("(", f.column, " -> ", param{f.name}, "::text)")
	}
	return cat("json_extract(", f.column, ", ", f.path(), ")")
}

// text is the value as text; what is no text gives some text or other.
func (d dialect) text(f field) expr {
	if d.postgres {
		return cat("(", f.column, " ->> ", param{f.name}, "::text)")
	}
	return d.raw(f)
}

// kind is the name of the value's JSON type; the names differ.
func (d dialect) kind(f field) expr {
	if d.postgres {
		return cat("jsonb_typeof(", f.column, " -> ", param{f.name}, "::text)")
	}
	return cat("json_type(", f.column, ", ", f.path(), ")")
}

func (d dialect) isText(f field) expr {
	if d.postgres {
		return cat(d.kind(f), " = 'string'")
	}
	return cat(d.kind(f), " = 'text'")
}

func (d dialect) isNumber(f field) expr {
	if d.postgres {
		return cat(d.kind(f), " = 'number'")
	}
	return cat(d.kind(f), " IN ('integer', 'real')")
}

func (d dialect) isList(f field) expr { return cat(d.kind(f), " = 'array'") }

func (d dialect) isBoolean(f field) expr {
	if d.postgres {
		return cat(d.kind(f), " = 'boolean'")
	}
	return cat(d.kind(f), " IN ('true', 'false')")
}

// fits is true where the field has a value of its type.
func (d dialect) fits(f field) expr {
	switch f.typ {
	case rule.Text:
		return d.isText(f)
	case rule.Number:
		return d.isNumber(f)
	case rule.Boolean:
		return d.isBoolean(f)
	case rule.Date, rule.Datetime:
		return d.isMoment(f)
	case rule.List:
		return d.isList(f)
	case rule.Object:
		return cat(d.kind(f), " = 'object'")
	}
	return cat(d.kind(f), " <> 'null'")
}

// number is the value, or null where it is no number.
func (d dialect) number(f field) expr {
	if d.postgres {
		return cat("CASE WHEN ", d.isNumber(f), " THEN ", d.raw(f), "::numeric END")
	}
	return cat("CASE WHEN ", d.isNumber(f), " THEN ", d.raw(f), " END")
}

// Forms of dates and instants. On PostgreSQL an instant of this form can be cast
// without an error, so the form excludes days that do not exist.
const (
	pgDate = `([1-9][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))` +
		`|([1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)-02-29)`
	pgTime     = `T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z`
	globDate   = `[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]`
	globMoment = globDate + `T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9]Z`
)

// isMoment is true where the value has the form that its type is stored in: a
// date, an instant, or either where the type is not known.
func (d dialect) isMoment(f field) expr {
	date, instant := f.typ != rule.Datetime, f.typ != rule.Date
	var forms []expr
	if d.postgres {
		if date {
			forms = append(forms, cat(d.text(f), ` ~ '^`+pgDate+`$'`))
		}
		if instant {
			forms = append(forms, cat(d.text(f), ` ~ '^`+pgDate+pgTime+`$'`))
		}
	} else {
		if date {
			forms = append(forms, cat("(", d.text(f), ` GLOB '`+globDate+`' AND date(`, d.text(f), `) = `, d.text(f), ")"))
		}
		if instant {
			forms = append(forms, cat("(", d.text(f), ` GLOB '`+globMoment+`' AND date(substr(`, d.text(f), `, 1, 10)) = substr(`, d.text(f), `, 1, 10) AND substr(`,
				d.text(f), `, 12, 2) < '24')`))
		}
	}
	return cat("(", d.isText(f), " AND ", list(" OR ", forms), ")")
}

// instant is the value of an instant in milliseconds, or null.
func (d dialect) instant(f field) expr {
	f.typ = rule.Datetime
	if d.postgres {
		return cat("CASE WHEN ", d.isMoment(f), " THEN (extract(epoch FROM ", d.text(f), "::timestamptz) * 1000)::bigint END")
	}
	return cat("CASE WHEN ", d.isMoment(f), " THEN CAST(strftime('%s', ", d.text(f), ") AS INTEGER) * 1000 + CAST(substr(", d.text(f), ", 21, 3) AS INTEGER) END")
}

// constant is a number of the rule.
func (d dialect) constant(v rule.Value) expr {
	if d.postgres {
		return cat(param{v.Text}, "::numeric")
	}
	n, err := strconv.ParseFloat(v.Text, 64)
	if err != nil {
		panic(fmt.Sprintf("compile: number %q: %v", v.Text, err)) // the rule was parsed
	}
	return cat(param{n})
}

// compare compares a number with constants; times multiplies the constants, nil
// by nothing. On SQLite, which has floating point only, both sides are rounded
// to the six decimals that constants may have.
func (d dialect) compare(number expr, t *rule.Test, times *expr) expr {
	side := func(e expr) expr {
		if d.postgres {
			return e
		}
		return cat("ROUND(", e, ", 6)")
	}
	constant := func(i int) expr {
		c := d.constant(t.Values[i])
		if times != nil {
			c = cat(c, " * ", *times)
		}
		return side(c)
	}
	if t.Word == rule.Between {
		return cat(side(number), " BETWEEN ", constant(0), " AND ", constant(1))
	}
	return cat(side(number), " "+operators[t.Word]+" ", constant(0))
}

var operators = map[rule.Word]string{rule.EQ: "=", rule.NE: "<>", rule.GT: ">", rule.GE: ">=", rule.LT: "<", rule.LE: "<="}

// texts are the values of a test.
func texts(t *rule.Test) []string {
	out := make([]string, len(t.Values))
	for i, v := range t.Values {
		out[i] = v.Text
	}
	return out
}

// among is true where the text is one of several.
func (d dialect) among(text expr, values []string) expr {
	if len(values) == 1 {
		// IS TRUE keeps PostgreSQL from looking at an equality last.
		return cat("(", text, " = ", param{values[0]}, ") IS TRUE")
	}
	if d.postgres {
		return cat(text, " = ANY(", param{d.db.List(values)}, "::text[])")
	}
	return cat(text, " IN (SELECT value FROM json_each(", param{d.db.List(values)}, "))")
}

// during is true where the value lies in a window. Dates and instants are
// stored so that their texts sort like they do.
func (e *evaluation) during(f field, w *rule.Window) expr {
	bounds := func(from, to string) []expr {
		text := e.text(f)
		if e.postgres {
			text = cat(text, ` COLLATE "C"`)
		}
		var out []expr
		if from != "" {
			out = append(out, cat(text, " >= ", param{from}))
		}
		if to != "" {
			out = append(out, cat(text, " < ", param{to}))
		}
		return out
	}
	one := func(typ rule.Type, bounds []expr) expr {
		f.typ = typ
		return list(" AND ", append(bounds, e.isMoment(f)))
	}
	dates := func() expr {
		r := w.ResolveDates(e.scope.Now, e.scope.Zone)
		return one(rule.Date, bounds(r.From, r.To))
	}
	instants := func() expr {
		r := w.Resolve(e.scope.Now, e.scope.Zone)
		var from, to string
		if r.From != rule.OpenFrom {
			from = instantText(r.From)
		}
		if r.To != rule.OpenTo {
			to = instantText(r.To)
		}
		return one(rule.Datetime, bounds(from, to))
	}
	switch f.typ { //nolint:exhaustive // the rest have no known type
	case rule.Date:
		return dates()
	case rule.Datetime:
		return instants()
	}
	return list(" OR ", []expr{dates(), instants()})
}

func instantText(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
}

// test is true where the field passes the test, false or null where it does not.
func (e *evaluation) test(f field, t *rule.Test) expr {
	text, isText := e.text(f), e.isText(f)
	switch t.Word {
	// The comparison comes first where few pass it: what it lets through is looked at twice.
	case rule.In:
		return cat("(", e.among(text, texts(t)), " AND ", isText, ")")
	case rule.NotInAll:
		return cat("NOT coalesce(", e.among(text, texts(t)), " AND ", isText, ", false)")
	case rule.NotInTagged:
		return cat("(", isText, " AND NOT ", e.among(text, texts(t)), ")")
	case rule.Matches:
		return e.matched(f, t)
	case rule.Contains, rule.NotContains:
		found := "strpos("
		if !e.postgres {
			found = "instr("
		}
		return cat("(", isText, " AND ", found, text, ", ", param{t.Values[0].Text}, map[bool]string{true: ") > 0)", false: ") = 0)"}[t.Word == rule.Contains])
	case rule.StartsWith:
		n := utf8.RuneCountInString(t.Values[0].Text)
		return cat("(substr(", text, ", 1, ", strconv.Itoa(n), ") = ", param{t.Values[0].Text}, " AND ", isText, ")")
	case rule.EndsWith:
		n := utf8.RuneCountInString(t.Values[0].Text)
		end := cat("substr(", text, ", ", strconv.Itoa(-n), ")")
		if e.postgres {
			end = cat("right(", text, ", ", strconv.Itoa(n), ")")
		}
		return cat("(", end, " = ", param{t.Values[0].Text}, " AND ", isText, ")")
	case rule.EQ, rule.NE, rule.GT, rule.GE, rule.LT, rule.LE, rule.Between:
		return e.numberTest(f, t)
	case rule.During:
		return e.during(f, t.Window)
	case rule.IsTrue, rule.IsFalse:
		return e.booleanTest(f, t.Word == rule.IsTrue)
	case rule.AnyOf, rule.AllOf, rule.NoneOf, rule.IsEmpty, rule.NotEmpty:
		return e.listTest(f, t)
	case rule.IsNull:
		return cat("NOT coalesce(", e.fits(f), ", false)")
	case rule.NotNull:
		return e.fits(f)
	}
	return cat("false")
}

// numberTest compares numbers. PostgreSQL compares JSON as exactly as numeric,
// and without unpacking; numbers sort above texts and below booleans, so an
// upper bound among the numbers keeps other types out.
func (d dialect) numberTest(f field, t *rule.Test) expr {
	if !d.postgres {
		return cat("(", d.isNumber(f), " AND ", d.compare(d.raw(f), t, nil), ")")
	}
	raw := d.raw(f)
	constant := func(i int) expr { return cat(param{t.Values[i].Text}, "::jsonb") }
	switch t.Word { //nolint:exhaustive // the rest need the type
	case rule.EQ:
		return cat("(", raw, " = ", constant(0), ")")
	case rule.GT, rule.GE:
		return cat("(", raw, " "+operators[t.Word]+" ", constant(0), " AND ", raw, " < 'false'::jsonb)")
	case rule.Between:
		return cat("(", raw, " >= ", constant(0), " AND ", raw, " <= ", constant(1), ")")
	}
	return cat("(", raw, " "+operators[t.Word]+" ", constant(0), " AND ", d.isNumber(f), ")")
}

func (d dialect) booleanTest(f field, want bool) expr {
	word := strconv.FormatBool(want)
	if d.postgres {
		return cat("(", d.text(f), " = '"+word+"' AND ", d.isBoolean(f), ")")
	}
	return cat(d.kind(f), " = '"+word+"'")
}

func (d dialect) listTest(f field, t *rule.Test) expr {
	isList := d.isList(f)
	if t.Word == rule.IsEmpty || t.Word == rule.NotEmpty {
		size := cat("jsonb_array_length(", d.raw(f), ")")
		if !d.postgres {
			size = cat("json_array_length(", f.column, ", ", f.path(), ")")
		}
		full := cat("CASE WHEN ", isList, " THEN ", size, " > 0 ELSE false END")
		if t.Word == rule.IsEmpty {
			return cat("NOT ", full)
		}
		return full
	}
	values := texts(t)
	if d.postgres {
		function := map[bool]string{true: "jsonb_exists_all(", false: "jsonb_exists_any("}[t.Word == rule.AllOf]
		has := cat(function, d.raw(f), ", ", param{d.db.List(values)}, "::text[])")
		if t.Word == rule.NoneOf {
			has = cat("NOT ", has)
		}
		return cat("(", isList, " AND ", has, ")")
	}
	common := cat("(SELECT count(DISTINCT item.value) FROM json_each(", f.column, ", ", f.path(), ") AS item WHERE item.type = 'text' AND item.value IN (SELECT value FROM json_each(",
		param{d.db.List(values)}, ")))")
	switch t.Word { //nolint:exhaustive // of the list tests
	case rule.AllOf:
		return cat("(", isList, " AND ", common, " = ", strconv.Itoa(distinct(values)), ")")
	case rule.NoneOf:
		return cat("(", isList, " AND ", common, " = 0)")
	}
	return cat("(", isList, " AND ", common, " > 0)")
}

func distinct(values []string) int {
	seen := map[string]bool{}
	for _, v := range values {
		seen[v] = true
	}
	return len(seen)
}
