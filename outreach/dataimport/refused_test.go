package dataimport

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	entimport "tidings/ent/dataimport"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/person"
)

// Cells of JSON are stored as the tracking API stores values, or refuse their row.
func TestCellsThatNoDatabaseHolds(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		for column, kind := range map[string]kind{"o": "OBJECT", "l": "LIST"} {
			require.NoError(t, db.Ent.Property.Create().SetProjectID(b.project.ID).SetOwner("ATTRIBUTE").SetOwnerID("").
				SetName(column).SetType(kind).Exec(b.sys))
		}
		done := b.run(people(), "user,o,l\n"+
			`u1,"{""a"":""x\u0000y""}","[""\ud800"",""p\u0000q""]"`+"\n"+
			`u2,"{""a"":1e400000}",`+"\n"+
			`u3,,"[1e400000]"`+"\n"+
			`u4,"{""a"":[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]}",`+"\n"+
			`u5,"[1]",`+"\n")
		require.Equal(t, entimport.StatusDone, done.Status)
		require.Equal(t, []int{5, 1, 4}, []int{done.Rows, done.Stored, done.Refused})
		require.Equal(t, []string{
			`2 o OUT_OF_RANGE {"a":1e400000}`, `3 l OUT_OF_RANGE [1e400000]`,
			`4 o TOO_DEEP {"a":[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]}`, `5 o INVALID_VALUE [1]`,
		}, b.errorsOf(done.ID))
		require.Equal(t, map[string]any{"o": map[string]any{"a": "xy"}, "l": []any{"\ufffd", "pq"}}, object(t, b.personOf(person.UserID, "u1").Attributes))
	})
}

// What PostgreSQL refuses after all refuses its own rows only.
func TestRowsThatTheDatabaseRefuses(t *testing.T) {
	t.Parallel()
	db := testdb.Postgres(t)
	b := setup(t, db)
	table := b.table("orders")
	for _, text := range []string{
		`CREATE FUNCTION refuse_boom() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF NEW.data->>'note' = 'boom' THEN RAISE EXCEPTION 'boom' USING ERRCODE = '22003'; END IF; RETURN NEW; END $$`,
		`CREATE TRIGGER boom BEFORE INSERT ON detail_rows FOR EACH ROW EXECUTE FUNCTION refuse_boom()`,
	} {
		_, err := db.SQL.ExecContext(b.sys, text)
		require.NoError(t, err)
	}
	done := b.run(rowsOf(table), "user,date,amount,note\nu1,2021-03-01,1,a\nu2,2021-03-01,2,boom\nu3,2021-03-01,3,b\nu4,2021-03-01,4,boom\nu5,2021-03-01,5,c\n")
	require.Equal(t, entimport.StatusDone, done.Status)
	require.Equal(t, []int{5, 3, 2}, []int{done.Rows, done.Stored, done.Refused})
	require.Equal(t, []string{"2  INVALID_VALUE ", "4  INVALID_VALUE "}, b.errorsOf(done.ID))
	require.Equal(t, 3, b.count(`SELECT count(*) FROM detail_rows WHERE project_num = ?`, b.project.Num))
}

// An import that fails lets those go first that wait behind it.
func TestAnImportThatFailsIsPutOff(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		begun := b.send(people(), "user,name\nu1,a\n")
		require.NoError(t, db.Ent.Project.UpdateOneID(b.project.ID).SetTimeZone("No/Where").Exec(b.sys))
		attempt := b.take(begun.ID)
		require.Error(t, b.imports.Work(b.t.Context(), begun.ID, attempt, nil))
		now, err := db.Ent.DataImport.Get(b.sys, begun.ID)
		require.NoError(t, err)
		require.Equal(t, entimport.StatusRunning, now.Status)
		require.Equal(t, noon.Add(30*time.Second), now.DueAt.UTC())
	})
}

// A file of events that was imported with a wrong ID type can come again.
func TestEventsOfACorrectedIDType(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		file := "user,date\n13800138000,2021-03-01\n"
		require.Equal(t, 1, b.run(purchases(), file).Stored)
		corrected := purchases()
		corrected.Mapping.IDType = person.Phone
		require.Equal(t, 1, b.run(corrected, file).Stored)
		require.Equal(t, 1, b.run(corrected, file).Duplicate)
		require.Equal(t, 1, b.count(`SELECT count(*) FROM events WHERE project_num = ? AND person_num = ?`,
			b.project.Num, b.personOf(person.Phone, "13800138000").ID&0xffffffff))
	})
}
