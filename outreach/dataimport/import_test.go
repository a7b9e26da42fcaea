package dataimport

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"tidings/ent"
	entimport "tidings/ent/dataimport"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

func people() Input {
	return Input{Kind: entimport.KindPeople, FileName: "people.csv", Mapping: Mapping{PersonColumn: "user", IDType: person.UserID}}
}

func rowsOf(table *ent.DetailTable) Input {
	return Input{Kind: entimport.KindRows, TableID: table.ID, FileName: "rows.csv"}
}

func purchases() Input {
	return Input{Kind: entimport.KindEvents, FileName: "events.csv", Mapping: Mapping{
		PersonColumn: "user", IDType: person.UserID, Event: "purchase", TimeColumn: "date",
	}}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		done := b.run(people(), "\ufeffuser,name,age,birthday,joined,vip,phone,empty\r\n"+
			"u1,\"Li, \"\"Mei\"\"\",31,1995-03-01,2026-11-01 09:30:00,true,13800138000,\r\n"+
			"u2,=1+1,007,1990/1/2,2026-11-02 10:00:00,false,,\r\n"+
			",nobody,1,1990-01-01,,,,\r\n"+
			"u1,,32,,,,,\r\n")
		require.Equal(t, entimport.StatusDone, done.Status)
		require.Equal(t, []int{4, 3, 1}, []int{done.Rows, done.Stored, done.Refused})
		require.Equal(t, done.Received, done.Consumed)
		require.Equal(t, []string{"3 user REQUIRED "}, b.errorsOf(done.ID))
		require.Equal(t, map[string]string{
			"name": "TEXT", "age": "TEXT", "birthday": "DATE", "joined": "DATETIME", "vip": "BOOLEAN", "phone": "TEXT",
		}, b.types("ATTRIBUTE", ""), "007 is a code; a telephone number is no number; an empty column is nothing yet")
		require.Equal(t, map[string]any{
			"name": `Li, "Mei"`, "age": "32", "birthday": "1995-03-01", "joined": "2026-11-01T01:30:00.000Z", "vip": true, "phone": "13800138000",
		}, object(t, b.personOf(person.UserID, "u1").Attributes), "a later row wins where it says something; times are the project's")
		require.Equal(t, "=1+1", object(t, b.personOf(person.UserID, "u2").Attributes)["name"], "a formula is a text like any other")
		require.Zero(t, b.count(`SELECT count(*) FROM import_chunks`), "the file is gone")

		t.Run("missing cells leave alone, and types that are known are obeyed", func(t *testing.T) { //nolint:paralleltest // one store
			number := kind("NUMBER")
			in := people()
			in.Mapping.Columns = []Column{{Header: "Score", Name: "score", Type: &number}, {Header: "secret", Name: ""}}
			done := b.run(in, "user,Score,secret,birthday\nu1,\"1,234.50\",x,\nu2,abc,x,\nu3,1e3,x,31.12.1999\nu4,-.5,x,20000229\n")
			require.Equal(t, []string{"2 Score NUMBER abc", "3 birthday DATE 31.12.1999"}, b.errorsOf(done.ID))
			u1 := object(t, b.personOf(person.UserID, "u1").Attributes)
			require.InDelta(t, 1234.5, u1["score"], 0)
			require.Equal(t, "1995-03-01", u1["birthday"])
			require.NotContains(t, u1, "secret")
			require.Equal(t, "2000-02-29", object(t, b.personOf(person.UserID, "u4").Attributes)["birthday"])
			require.Equal(t, "NUMBER", b.types("ATTRIBUTE", "")["score"])
		})
	})
}

func TestTags(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		wide := people()
		wide.Kind = entimport.KindTags
		done := b.run(wide, "user,level,interests\nu1,gold,\"[\"\"a\"\",\"\"b\"\"]\"\nu2,silver,\n")
		require.Equal(t, 2, done.Stored)
		require.Equal(t, map[string]any{"level": "gold", "interests": []any{"a", "b"}}, object(t, b.personOf(person.UserID, "u1").Tags))

		narrow := wide
		narrow.Mapping.TagColumn, narrow.Mapping.ValueColumn = "tag", "value"
		done = b.run(narrow, "user,tag,value\nu1,score,5\nu2,score,7.5\nu1,level,platinum\nu1,\"bad\"\"name\",x\nu2,score,many\nu2,,x\n")
		require.Equal(t, []string{"4 tag BAD_NAME bad\"name", "6 tag BAD_NAME "}, b.errorsOf(done.ID), "the values of score look like text, all in all")
		require.Equal(t, "TEXT", b.types("TAG", "")["score"])
		require.Equal(t, "platinum", object(t, b.personOf(person.UserID, "u1").Tags)["level"])
		require.Empty(t, b.personOf(person.UserID, "u1").Attributes)
	})
}

func TestRows(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		table := b.table("orders")
		file := "user,date,amount,note\nu1,2021-03-01,5.50,a\nu1,2021-03-01,5.50,a\nu2,2021-03-02,7,\nu2,2021-13-02,7,\nu2,2021-03-02,x,\nu3,2027-01-01,1,\nu3,1980-01-01,1,\n"
		done := b.run(rowsOf(table), file)
		require.Equal(t, []int{7, 3, 0, 4}, []int{done.Rows, done.Stored, done.Duplicate, done.Refused})
		require.Equal(t, []string{"4 date DATE 2021-13-02", "5 amount NUMBER x", "6 date IN_THE_FUTURE 2027-01-01", "7 date TOO_OLD 1980-01-01"}, b.errorsOf(done.ID))
		stored := func() int {
			return b.count(`SELECT count(*) FROM detail_rows WHERE project_num = ? AND table_num = ?`, b.project.Num, table.Num)
		}
		require.Equal(t, 3, stored(), "two equal rows of one file are two")
		var at int64
		var data []byte
		q := `SELECT at, data FROM detail_rows WHERE project_num = ? AND person_num = ? LIMIT 1`
		require.NoError(t, db.SQL.QueryRowContext(b.sys, db.Rebind(q), b.project.Num, b.personOf(person.UserID, "u1").ID&0xffffffff).Scan(&at, &data))
		require.Equal(t, int64(1614528000000), at, "midnight in the project's zone")
		require.Equal(t, map[string]any{"user": "u1", "date": "2021-03-01", "amount": 5.5, "note": "a"}, object(t, data))

		again := b.run(rowsOf(table), file)
		require.Equal(t, []int{0, 3, 4}, []int{again.Stored, again.Duplicate, again.Refused}, "the same file adds nothing")
		reordered := b.run(rowsOf(table), "note,amount,user,date\n,7,u2,2021-03-02\na,5.50,u1,2021-03-01\nb,1,u9,2021-03-03\na,5.50,u1,2021-03-01\na,5.50,u1,2021-03-01\n")
		require.Equal(t, []int{2, 3}, []int{reordered.Stored, reordered.Duplicate}, "what is missing is added: a third of u1, and u9")
		require.Equal(t, 5, stored())
		now, err := db.Ent.DetailTable.Get(b.sys, table.ID)
		require.NoError(t, err)
		require.Equal(t, 5, now.Rows)
		require.NotNil(t, now.ImportedAt)

		t.Run("the same IDs and rows in another project are others (tenancy)", func(t *testing.T) { //nolint:paralleltest // one store
			first := b.project
			b.another()
			other := b.table("orders")
			done := b.run(rowsOf(other), file)
			require.Equal(t, 3, done.Stored)
			require.Equal(t, 3, b.count(`SELECT count(*) FROM detail_rows WHERE project_num = ?`, b.project.Num))
			require.Equal(t, 5, b.count(`SELECT count(*) FROM detail_rows WHERE project_num = ?`, first.Num))
			_, err := b.imports.Create(b.admin, rowsOf(table))
			require.ErrorContains(t, err, "no such detail table")
			_, err = b.imports.Append(b.admin, again.ID, 0, strings.NewReader("x"), true)
			require.True(t, ent.IsNotFound(err))
			_, err = b.imports.Cancel(b.admin, again.ID)
			require.True(t, ent.IsNotFound(err))
			_, err = b.imports.Find(b.admin, again.ID)
			require.True(t, ent.IsNotFound(err))
		})
	})
}

func TestEvents(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		file := "user,date,amount,quantity\nu1,2021-03-01,5.50,1\nu1,2021-03-01,5.50,1\nu2,2021-03-02,7,2\nu2,2021-03-32,7,2\n"
		done := b.run(purchases(), file)
		require.Equal(t, []int{4, 3, 0, 1}, []int{done.Rows, done.Stored, done.Duplicate, done.Refused})
		events := func() int { return b.count(`SELECT count(*) FROM events WHERE project_num = ?`, b.project.Num) }
		require.Equal(t, 3, events())
		source, err := db.Ent.EventSource.Get(b.sys, *done.SourceID)
		require.NoError(t, err)
		require.Equal(t, "OFFLINE_DAILY", source.Kind.String())
		known, err := db.Ent.EventType.Query().Only(b.sys)
		require.NoError(t, err)
		require.Equal(t, map[string]string{"amount": "NUMBER", "quantity": "NUMBER"}, b.types("EVENT", known.ID))

		again := b.run(purchases(), file)
		require.Equal(t, []int{0, 3}, []int{again.Stored, again.Duplicate})
		_, err = db.SQL.ExecContext(b.sys, `DELETE FROM event_seen`)
		require.NoError(t, err)
		again = b.run(purchases(), file+"u3,2021-03-05,1,1\n")
		require.Equal(t, []int{1, 3}, []int{again.Stored, again.Duplicate}, "also when the memory of messages has passed")
		require.Equal(t, 4, events())

		named := purchases()
		named.Mapping.Event, named.Mapping.EventColumn, named.Mapping.MessageColumn = "", "what", "id"
		done = b.run(named, "id,user,what,date\nm1,u1,visit,2026-11-20T10:00:00+08:00\nm1,u1,visit,2026-11-20T10:00:00+08:00\nm2,u1,,1763600000\nm3,u4,leave,1763600000000\n")
		require.Equal(t, []int{2, 1, 1}, []int{done.Stored, done.Duplicate, done.Refused})
		require.Equal(t, []string{"3 what REQUIRED "}, b.errorsOf(done.ID))

		_, err = db.Ent.EventType.Update().SetEnabled(false).Save(b.sys)
		require.NoError(t, err)
		b.imports.Learned.Forget(b.project.ID)
		done = b.run(purchases(), "user,date,amount\nu9,2021-03-01,1\n")
		require.Equal(t, []string{"1  EVENT_DISABLED purchase"}, b.errorsOf(done.ID))
	})
}

func TestStrangeFiles(t *testing.T) {
	t.Parallel()
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("user,城市\nu1,上海\nu2,北京\n")
	require.NoError(t, err)
	wide := []string{"user"}
	cells := []string{"u1"}
	for i := range 199 {
		wide, cells = append(wide, fmt.Sprintf("c%03d", i)), append(cells, fmt.Sprint(i))
	}
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		for name, c := range map[string]struct {
			file    string
			failure string
			counts  []int // rows, stored, refused
			errors  []string
		}{
			"an empty file":               {"", "EMPTY", nil, nil},
			"a file of blank lines":       {"\n\n", "EMPTY", nil, nil},
			"a header alone is done":      {"user,name\n", "", []int{0, 0, 0}, nil},
			"no column of the ID":         {"id,name\n1,2\n", "NO_COLUMN", nil, nil},
			"a column twice":              {"user,name,name\nu1,a,b\n", "DUPLICATE", nil, nil},
			"UTF-16":                      {"\xff\xfeu\x00s\x00", ruleEncoding, nil, nil},
			"a spreadsheet":               {"PK\x03\x04xxxx", ruleEncoding, nil, nil},
			"a name that cannot be":       {"user,\"a\\b\"\nu1,x\n", "BAD_NAME", nil, nil},
			"GBK":                         {gbk, "", []int{2, 2, 0}, nil},
			"a row in another encoding":   {"user,city\nu1,上海\nu2,\xc9\xcf\xba\xa3\nu3,x\n", "", []int{3, 2, 1}, []string{"2 city ENCODING "}},
			"200 columns":                 {strings.Join(wide, ",") + "\n" + strings.Join(cells, ",") + "\n", "", []int{1, 1, 0}, nil},
			"501 columns":                 {"user" + strings.Repeat(",x", 0) + many(501), "TOO_MANY_COLUMNS", nil, nil},
			"broken quotes in the middle": {"user,name\nu1,a\n\"u2,b\nu3,c\n", "", []int{3, 2, 1}, []string{"2  BROKEN_QUOTES \"u2,b"}},
			"a row with a cell too many":  {"user,name\nu1,a,b\nu2,c\n", "", []int{2, 1, 1}, []string{"1  COLUMN_COUNT u1,a,b"}},
			"a row that is too long":      {"user,name\nu1," + strings.Repeat("x", MaxRow) + "\nu2,c\n", "", []int{2, 1, 1}, nil},
			"U+0000 is left out":          {"user,name\nu1,a\x00b\n", "", []int{1, 1, 0}, nil},
			"an ID that is too long":      {"user,name\n" + strings.Repeat("u", 300) + ",a\n", "", []int{1, 0, 1}, nil},
		} {
			t.Run(name, func(t *testing.T) { //nolint:paralleltest // one store
				begun, err := b.imports.Create(b.admin, people())
				require.NoError(t, err)
				_, err = b.imports.Append(b.admin, begun.ID, 0, strings.NewReader(c.file), true)
				require.NoError(t, err)
				done := b.work(begun.ID)
				require.Equal(t, c.failure, done.Failure, done.FailureText)
				if c.failure != "" {
					require.Equal(t, entimport.StatusFailed, done.Status)
					require.NotEmpty(t, done.FailureText)
					return
				}
				require.Equal(t, entimport.StatusDone, done.Status)
				require.Equal(t, c.counts, []int{done.Rows, done.Stored, done.Refused})
				if c.errors != nil {
					require.Equal(t, c.errors, b.errorsOf(done.ID))
				}
			})
		}
		require.Equal(t, "上海", object(t, b.personOf(person.UserID, "u1").Attributes)["城市"], "from the GBK file")
	})
}

func many(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, ",h%d", i)
	}
	return s.String() + "\n"
}

func TestWhatCannotBegin(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	b := setup(t, db)
	fields := func(in Input) []string {
		_, err := b.imports.Create(b.admin, in)
		var out []string
		known, ok := err.(*fault.Error) //nolint:errorlint // it is not wrapped
		require.True(t, ok, "%v", err)
		for _, f := range known.Fields {
			out = append(out, f.Path+" "+f.Rule)
		}
		return out
	}
	in := people()
	in.Mapping, in.Size = Mapping{Event: "x", TagColumn: "y"}, MaxBytes+1
	require.Equal(t, []string{
		"input.size OUT_OF_RANGE", "input.mapping.personColumn REQUIRED", "input.mapping.idType REQUIRED", "input.mapping.event NOT_ALLOWED", "input.mapping.tagColumn NOT_ALLOWED",
	}, fields(in))
	in = people()
	in.Mapping.IDType = "card"
	require.Equal(t, []string{"input.mapping.idType UNKNOWN"}, fields(in))
	in = purchases()
	in.Mapping.EventColumn, in.SourceID = "e", "src_x"
	require.Equal(t, []string{"input.mapping.event REQUIRED", "input.sourceId NOT_FOUND"}, fields(in))
	require.Equal(t, []string{"input.tableId REQUIRED"}, fields(Input{Kind: entimport.KindRows}))
	b.run(people(), "user,age\nu1,5\n")
	in = people()
	text := kind("TEXT")
	in.Mapping.Columns = []Column{{Header: "Age", Name: "age", Type: &text}, {Header: "x", Name: "new", Type: &text}}
	require.Equal(t, []string{"input.mapping.columns.0.type TYPE_CONFLICT"}, fields(in))
	_, err := b.imports.Create(b.as(access.SegmentView), people())
	require.True(t, fault.Is(err, fault.Forbidden))
}
