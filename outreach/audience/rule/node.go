package rule

// Op says what a node is.
type Op string

// What a node may be. The first three join other nodes, the rest are leaves.
const (
	And       Op = "AND"       // people whom every node selects
	Or        Op = "OR"        // people whom some node selects
	Exclude   Op = "EXCLUDE"   // people of the first node whom no later node selects
	Attribute Op = "ATTRIBUTE" // a test of an attribute
	Tag       Op = "TAG"       // a test of a tag
	Identity  Op = "IDENTITY"  // people who have, or have not, an ID of a type (R25)
	Segment   Op = "SEGMENT"   // members of another segment, or all others
	Event     Op = "EVENT"     // people who did something, or did not
	Sequence  Op = "SEQUENCE"  // people who did things in an order, or did not
	Rows      Op = "ROWS"      // people with detail rows, or without
	Property  Op = "PROPERTY"  // in filters only: a test of an event's property or a row's column
)

// Node is one node of the tree; Op says which of the fields it has.
type Node struct {
	Op Op
	// Nodes are what And, Or and Exclude join.
	Nodes []*Node
	// Not turns Identity, Segment, Event, Sequence and Rows round: "has", "in"
	// or "did" is false in JSON. Whoever has no data at all is then selected.
	Not bool

	Name    string // of the attribute or tag
	Test    *Test  // of the attribute or tag
	IDType  string
	Segment string // segment's ID
	Event   string // event's name
	Table   string // detail table's name

	Where   *Filter  // which events or rows count; nil: all
	Window  *Window  // when they were; nil: always
	Measure *Measure // what of them is compared; nil: how many
	Compare *Test    // nil: at least one

	Steps  []Step // of a Sequence, in order
	Within *Span  // longest time between one step and the next; nil: any
	Link   string // property whose value is the same on all steps; empty: none
}

// Step is one event of a sequence.
type Step struct {
	Event string
	Where *Filter
}

// Filter picks events or rows: And and Or of Property tests.
type Filter struct {
	Op    Op
	Nodes []*Filter
	Name  string
	Test  *Test
}

// Measure is a number made of a person's events or rows.
type Measure struct {
	Of   Of
	Name string // the property; empty for Times, RowCount and Days
}

// Of says how a number is made.
type Of string

// How a number is made of a person's events or rows. Values that are no
// numbers are left out of Sum, Avg, Min and Max; a person without any left does
// not meet the comparison, whatever it is.
const (
	Times    Of = "TIMES" // how many events
	RowCount Of = "ROWS"  // how many rows
	Days     Of = "DAYS"  // on how many days of the project's zone
	Sum      Of = "SUM"
	Avg      Of = "AVG"
	Min      Of = "MIN"
	Max      Of = "MAX"
	Distinct Of = "DISTINCT" // how many different values, whatever their type
)

// Test compares a value.
type Test struct {
	Word   Word
	Values []Value
	Window *Window // of During
}

// Value is a text, or an exact decimal written out.
type Value struct {
	Text    string
	Numeric bool
}

// Word names a test.
type Word string

// Tests by the type of what they look at. A value that is absent, null or of
// another type fails every test but NotInAll, IsNull and IsEmpty.
const (
	In          Word = "IN"
	NotInTagged Word = "NOT_IN_TAGGED" // has a value, and it is none of these
	NotInAll    Word = "NOT_IN_ALL"    // everybody but In
	Contains    Word = "CONTAINS"
	NotContains Word = "NOT_CONTAINS"
	StartsWith  Word = "STARTS_WITH"
	EndsWith    Word = "ENDS_WITH"
	Matches     Word = "MATCHES" // RE2, anywhere in the text

	EQ      Word = "EQ"
	NE      Word = "NE"
	GT      Word = "GT"
	GE      Word = "GE"
	LT      Word = "LT"
	LE      Word = "LE"
	Between Word = "BETWEEN" // both ends included

	During Word = "DURING"

	IsTrue  Word = "IS_TRUE"
	IsFalse Word = "IS_FALSE"

	AnyOf    Word = "ANY_OF"
	AllOf    Word = "ALL_OF"
	NoneOf   Word = "NONE_OF"
	IsEmpty  Word = "IS_EMPTY" // also without a list
	NotEmpty Word = "NOT_EMPTY"

	IsNull  Word = "IS_NULL"
	NotNull Word = "NOT_NULL"
)

// Type is what a property's values are (ent's property.Type).
type Type string

// Types of properties.
const (
	Text     Type = "TEXT"
	Number   Type = "NUMBER"
	Boolean  Type = "BOOLEAN"
	Date     Type = "DATE"     // "2006-01-02"
	Datetime Type = "DATETIME" // "2006-01-02T15:04:05.000Z"
	List     Type = "LIST"     // of texts
	Object   Type = "OBJECT"   // cannot be tested
)

// Span is an exact length of time: a day has 24 hours, a week seven of them.
type Span struct {
	Value int  `json:"value"`
	Unit  Unit `json:"unit"`
}

// Milliseconds of a span. Months and years have no exact length; validation refuses them.
func (s Span) Milliseconds() int64 { return int64(s.Value) * spanUnits[s.Unit] }

var spanUnits = map[Unit]int64{Minute: 60_000, Hour: 3_600_000, Day: 86_400_000, Week: 7 * 86_400_000}

// IsLeaf tells whether the node joins nothing.
func (n *Node) IsLeaf() bool { return n.Op != And && n.Op != Or && n.Op != Exclude }

// AboutPerson tells whether the leaf looks at the person's row alone.
func (n *Node) AboutPerson() bool { return n.Op == Attribute || n.Op == Tag }

// Words that need values, and how many.
var arity = map[Word][2]int{
	In: {1, maxValues}, NotInTagged: {1, maxValues}, NotInAll: {1, maxValues},
	Contains: {1, 1}, NotContains: {1, 1}, StartsWith: {1, 1}, EndsWith: {1, 1}, Matches: {1, 1},
	EQ: {1, 1}, NE: {1, 1}, GT: {1, 1}, GE: {1, 1}, LT: {1, 1}, LE: {1, 1}, Between: {2, 2},
	AnyOf: {1, maxValues}, AllOf: {1, maxValues}, NoneOf: {1, maxValues},
	During: {}, IsTrue: {}, IsFalse: {}, IsEmpty: {}, NotEmpty: {}, IsNull: {}, NotNull: {},
}

// Typed tells what type of property a word is for; empty: any.
func (w Word) Typed() []Type {
	switch w {
	case In, NotInTagged, NotInAll, Contains, NotContains, StartsWith, EndsWith, Matches:
		return []Type{Text}
	case EQ, NE, GT, GE, LT, LE, Between:
		return []Type{Number}
	case During:
		return []Type{Date, Datetime}
	case IsTrue, IsFalse:
		return []Type{Boolean}
	case AnyOf, AllOf, NoneOf, IsEmpty, NotEmpty:
		return []Type{List}
	case IsNull, NotNull:
		return nil
	}
	return nil
}

// Numeric tells whether the word compares numbers.
func (w Word) Numeric() bool {
	switch w { //nolint:exhaustive // the rest do not
	case EQ, NE, GT, GE, LT, LE, Between:
		return true
	}
	return false
}
