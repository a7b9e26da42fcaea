// Package model holds the API's types that are not the store's: inputs, enums
// and the few scalars of our own. models_gen.go is generated.
package model

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalInt64 writes a 64-bit integer as a JSON string, because browsers round
// numbers above 2^53.
func MarshalInt64(n int64) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Quote(strconv.FormatInt(n, 10)))
	})
}

// UnmarshalInt64 reads a string or a whole number.
func UnmarshalInt64(v any) (int64, error) {
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	case int:
		text = strconv.Itoa(v)
	case int64:
		text = strconv.FormatInt(v, 10)
	default:
		return 0, fmt.Errorf("must be a whole number in a string, not %T", v)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	return n, nil
}
