// Package rule is the language in which an audience is described (spec §9.2): a
// tree of conditions on people's attributes and tags, their behaviour, their
// detail rows, their IDs and other segments. It decodes and encodes the tree,
// judges it against a catalogue, and does the arithmetic of time windows. It is
// pure and knows neither the store nor SQL; package compile evaluates trees.
//
//	Parse     JSON → tree; refuses what has not the form of a rule (schema.json)
//	Validate  refuses what does not fit the project's catalogue or the limits
//	Resolve   a window, an instant and a zone → a range of time
//
// A refusal is a fault.Invalid with the path of the wrong node, such as
// rule.nodes.1.where.nodes.0.test.
package rule
